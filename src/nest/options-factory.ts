import { InvalidOptionsError } from '../errors/usage-errors.js';
import { missingMethods } from '../storage/prepare-driver.js';
import { describeValue } from '../toolkit/describe-value.js';
import type {
  FsmStorageModuleOptions,
  FsmStorageOptionsFactory,
  FsmStorageRootAsyncOptions,
  RuntimeModuleOptions,
} from './module-options.js';

const SUBJECT = 'FsmStorageModule.forRootAsync';
const METHOD = 'createFsmStorageOptions';

type ModuleOptions = FsmStorageModuleOptions | RuntimeModuleOptions;
type AsyncOptions = FsmStorageRootAsyncOptions<string | undefined>;

/**
 * Turns `useClass` and `useExisting` into `useFactory`, so that a class without the method and a factory that returns
 * nothing fail with one clear line.
 * @throws InvalidOptionsError unless exactly one of `useFactory`, `useClass` and `useExisting` is given
 */
export function withCheckedFactory(options: AsyncOptions): AsyncOptions {
  assertOneFactory(options);
  const { useFactory, useClass, useExisting, ...rest } = options;
  if (useFactory !== undefined) {
    const create = async (...args: unknown[]) => assertOptions('useFactory', await useFactory(...args));
    return { ...rest, useFactory: create };
  }
  const source = useClass === undefined ? 'useExisting' : 'useClass';
  const token = useClass ?? useExisting;
  const create = async (factory: FsmStorageOptionsFactory) => {
    assertFactory(source, factory);
    return assertOptions(`${METHOD}() of ${source}`, await factory[METHOD]());
  };
  const withFactory = { ...rest, inject: token === undefined ? [] : [token], useFactory: create };
  if (useClass === undefined) return withFactory;
  return { ...withFactory, extraProviders: [...(rest.extraProviders ?? []), useClass] };
}

function assertOneFactory({ useFactory, useClass, useExisting }: AsyncOptions): void {
  const given = [useFactory, useClass, useExisting].filter((factory) => factory !== undefined).length;
  const problems = given === 1 ? [] : [`useFactory, useClass, useExisting: expected exactly one of them, got ${given}`];
  for (const [name, factory] of Object.entries({ useFactory, useClass })) {
    if (factory !== undefined && typeof factory !== 'function') {
      problems.push(`${name}: expected a ${name === 'useClass' ? 'class' : 'function'}, got ${typeof factory}`);
    }
  }
  if (problems.length > 0) throw new InvalidOptionsError(SUBJECT, problems);
}

function assertFactory(source: string, factory: unknown): void {
  if (typeof factory === 'object' && factory !== null && missingMethods(factory, [METHOD]).length === 0) return;
  const problem = `${source}: expected a class with a method ${METHOD}(), got ${describeValue(factory)} without it`;
  throw new InvalidOptionsError(SUBJECT, [problem]);
}

function assertOptions(source: string, options: ModuleOptions): ModuleOptions {
  if (typeof options === 'object' && options !== null) return options;
  const expected = "expected it to return an object such as { backend: 'memory' }";
  throw new InvalidOptionsError(SUBJECT, [`${source}: ${expected}, got ${describeValue(options)}`]);
}
