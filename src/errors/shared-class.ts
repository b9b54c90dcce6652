/** The version of this package; a test compares it with `package.json`. */
export const VERSION = '0.1.0';

type AnyClass = abstract new (...parameters: never[]) => unknown;

/** Copies of one version share their classes, copies of different versions do not. */
const REGISTRY = Symbol.for(`nestjs-fsm-storage@${VERSION}`);

/**
 * A class decorator. A process can load this package twice: as ES modules and as CommonJS, or one of them twice. The
 * second copy then exports the class of the first one, so that an injection token and `instanceof` mean the same in all
 * files of the app. For classes that do not depend on anything else that exists once per copy.
 * @param name - the name of the class; it keeps this name where a bundler shortens the names of classes
 */
export function sharedClass(name: string) {
  return <Class extends AnyClass>(Class: Class): Class => {
    const registry = registryOf(globalThis);
    const first = registry.get(name);
    if (first !== undefined) return first as Class;
    registry.set(name, Class);
    return Object.defineProperty(Class, 'name', { value: name });
  };
}

function registryOf(owner: object): Map<string, AnyClass> {
  const found: unknown = Reflect.get(owner, REGISTRY);
  if (found instanceof Map) return found as Map<string, AnyClass>;
  const created = new Map<string, AnyClass>();
  Object.defineProperty(owner, REGISTRY, { value: created });
  return created;
}
