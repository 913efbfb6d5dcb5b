import Module from "node:module";

const CORE_MODULE = "@azure/functions-core";
/** Where the module that answers `import` finds what `require` is given. */
const CORE_SYMBOL = "azure-functions-host.core";

interface Resolved {
  readonly url: string;
  readonly format?: string;
  readonly shortCircuit?: boolean;
}
type Resolve = (
  specifier: string,
  context: unknown,
  next: (specifier: string, context: unknown) => Resolved,
) => Resolved;

/** Of newer Nodes; the types are those of the oldest one that is supported. */
const { registerHooks } = Module as {
  readonly registerHooks?: (hooks: { readonly resolve: Resolve }) => { deregister(): void };
};

/** An ES module with everything of the core module, by name and as its default. */
function coreModuleUrl(core: object): string {
  const source = `const core = globalThis[Symbol.for(${JSON.stringify(CORE_SYMBOL)})];
export default core;
export const { ${Object.keys(core).join(", ")} } = core;`;
  return `data:text/javascript,${encodeURIComponent(source)}`;
}

/** Answers `import` in this thread, on Nodes that can (22.15, 24). */
function answerImports(core: object): Disposable {
  (globalThis as Record<symbol, unknown>)[Symbol.for(CORE_SYMBOL)] = core;
  const url = coreModuleUrl(core);
  const hooks = registerHooks?.({
    resolve: (specifier, context, next) =>
      specifier === CORE_MODULE
        ? { url, format: "module", shortCircuit: true }
        : next(specifier, context),
  });
  return { [Symbol.dispose]: () => hooks?.deregister() };
}

/**
 * Answers `import` on older Nodes, whose hooks run in a thread of their own: starting that takes longer than loading a
 * small app, so it is done only for apps whose `package.json` or entry files name the module.
 */
export function answerImportsOfOlderNode(texts: Iterable<string>): void {
  const core = (globalThis as Record<symbol, object | undefined>)[Symbol.for(CORE_SYMBOL)];
  if (registerHooks !== undefined || core === undefined) {
    return;
  }
  for (const text of texts) {
    if (text.includes(CORE_MODULE)) {
      const hooks = `export const resolve = (specifier, context, next) =>
  specifier === ${JSON.stringify(CORE_MODULE)}
    ? { url: ${JSON.stringify(coreModuleUrl(core))}, format: "module", shortCircuit: true }
    : next(specifier, context);`;
      Module.register(`data:text/javascript,${encodeURIComponent(hooks)}`);
      return;
    }
  }
}

/**
 * Answers `require("@azure/functions-core")` with our module until disposed of, and `import` of it as well. The genuine
 * worker patches the same function; the library asks lazily and caches the answer, so this has to happen before the app is
 * loaded.
 */
export function installCoreModule(core: object): Disposable {
  const prototype = Module.prototype as { require: (this: Module, id: string) => unknown };
  const original = prototype.require;
  prototype.require = function requireWithCore(this: Module, id: string): unknown {
    return id === CORE_MODULE ? core : Reflect.apply(original, this, [id]);
  };
  const imports = answerImports(core);
  return {
    [Symbol.dispose]: () => {
      prototype.require = original;
      imports[Symbol.dispose]();
    },
  };
}
