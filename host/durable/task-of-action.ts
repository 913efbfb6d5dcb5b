import { ActionType, describeAction, type Action } from "./action.ts";
import { HttpPollingNode, HttpTask } from "./http-task.ts";
import {
  ActivityTask,
  EntityCallTask,
  EventTask,
  RetryNode,
  SubOrchestrationTask,
  type TaskNode,
} from "./task-node.ts";

/** The task behind an action that stands for itself: all but compounds, timers, locks and repetitions. */
export function taskOf(action: Action): TaskNode {
  switch (action.actionType) {
    case ActionType.CallActivity:
      return new ActivityTask(action);
    case ActionType.CallActivityWithRetry:
      return new RetryNode(action.retryOptions!, (failure) => new ActivityTask(action, failure));
    case ActionType.CallSubOrchestrator:
      return new SubOrchestrationTask(action);
    case ActionType.CallSubOrchestratorWithRetry:
      return new RetryNode(
        action.retryOptions!,
        (failure) => new SubOrchestrationTask(action, failure),
      );
    case ActionType.WaitForExternalEvent:
      return new EventTask(action.externalEventName);
    case ActionType.CallEntity:
      return new EntityCallTask(action);
    case ActionType.CallHttp:
      return action.httpRequest.asynchronousPatternEnabled === false
        ? new HttpTask(action.httpRequest)
        : new HttpPollingNode(action.httpRequest);
    default:
      throw new Error(`An orchestrator cannot wait for ${describeAction(action)}.`);
  }
}
