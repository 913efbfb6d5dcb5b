import Module from "node:module";

const CORE_MODULE = "@azure/functions-core";

/**
 * Answers `require("@azure/functions-core")` with our module until disposed of. The genuine worker patches the same
 * function; the library asks lazily and caches the answer, so this has to happen before the app is loaded.
 */
export function installCoreModule(core: object): Disposable {
  const prototype = Module.prototype as { require: (this: Module, id: string) => unknown };
  const original = prototype.require;
  prototype.require = function requireWithCore(this: Module, id: string): unknown {
    return id === CORE_MODULE ? core : Reflect.apply(original, this, [id]);
  };
  return {
    [Symbol.dispose]: () => {
      prototype.require = original;
    },
  };
}
