/**
 * Lint rules that keep orchestrator code replay-safe. An orchestrator is replayed from its history, so anything that
 * answers differently the second time (a clock, randomness) or suspends outside the durable context (await) breaks it.
 */
const report = (context, node, message) => context.report({ node, message });

const isMember = (node, object, property) =>
  node.callee?.type === "MemberExpression" &&
  node.callee.object?.name === object &&
  node.callee.property?.name === property;

const noClock = {
  create: (context) => ({
    CallExpression(node) {
      if (isMember(node, "Date", "now") || isMember(node, "performance", "now")) {
        report(
          context,
          node,
          "Take the time from the durable context: a replay must see the same clock.",
        );
      }
      if (node.callee?.name === "Date") {
        report(
          context,
          node,
          "Take the time from the durable context: a replay must see the same clock.",
        );
      }
    },
    NewExpression(node) {
      if (node.callee?.name === "Date" && node.arguments.length === 0) {
        report(
          context,
          node,
          "new Date() reads the clock; take the time from the durable context.",
        );
      }
    },
  }),
};

const noRandom = {
  create: (context) => ({
    CallExpression(node) {
      if (isMember(node, "Math", "random") || isMember(node, "crypto", "randomUUID")) {
        report(context, node, "Randomness differs on replay; use the durable context's newGuid.");
      }
    },
  }),
};

const noAwait = {
  create: (context) => ({
    AwaitExpression(node) {
      report(context, node, "Orchestrators never await; yield* a durable task.");
    },
  }),
};

const yieldDelegated = {
  create: (context) => ({
    YieldExpression(node) {
      if (!node.delegate) {
        report(context, node, "Use yield* with a typed helper: a bare yield has type any.");
      }
    },
  }),
};

export default {
  meta: { name: "replay-safety" },
  rules: {
    "no-clock": noClock,
    "no-random": noRandom,
    "no-await": noAwait,
    "yield-delegated": yieldDelegated,
  },
};
