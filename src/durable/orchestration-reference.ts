/** Names an orchestration and remembers its input and output. The name is stored: never change it. */
export interface OrchestrationReference<Input, Output> {
  readonly name: string;
  /** Never present at run time; carries the types. */
  readonly types?: (input: Input) => Output;
}

export const defineOrchestration = <Input, Output>(
  name: string,
): OrchestrationReference<Input, Output> => ({ name });
