import type { BaseStorage } from '../contract/base-storage.js';
import type { CompareAndSetOptions, IncrementOptions, SetStateOptions } from '../contract/operation-options.js';
import type { StateDocument } from '../contract/state-document.js';
import { isFsmStorageError } from '../errors/fsm-storage.error.js';
import type { StorageHarness } from './storage-harness.js';
import { toReferenceText } from './reference/reference-state.js';

/** One call of a random program, as data, so that it can be printed, shrunk and run on several storages. */
export type Step =
  | {
      readonly call: 'getState' | 'deleteState' | 'getTtl' | 'getCounter' | 'deleteCounter' | 'getCounterTtl';
      readonly identifier: string;
    }
  | { readonly call: 'getStates'; readonly identifiers: readonly string[] }
  | {
      readonly call: 'setState';
      readonly identifier: string;
      readonly state: StateDocument;
      readonly options: SetStateOptions;
    }
  | {
      readonly call: 'compareAndSet';
      readonly identifier: string;
      readonly state: StateDocument;
      readonly options: CompareAndSetOptions;
    }
  | {
      readonly call: 'swap';
      readonly identifier: string;
      readonly state: StateDocument;
      readonly options: SetStateOptions;
    }
  | {
      readonly call: 'update';
      readonly identifier: string;
      readonly state: StateDocument | null;
      readonly options: SetStateOptions;
    }
  | { readonly call: 'touch' | 'touchCounter'; readonly identifier: string; readonly ttl: number }
  | {
      readonly call: 'increment';
      readonly identifier: string;
      readonly amount: number;
      readonly options: IncrementOptions;
    }
  | { readonly call: 'listKeys' | 'scanKeys' | 'listCounters' | 'scanCounters'; readonly pattern: string }
  | { readonly call: 'clearNamespace' | 'restart' }
  | { readonly call: 'passTime'; readonly seconds: number };

type StepOnEntry = Extract<Step, { readonly identifier: string }>;
type OtherStep = Exclude<Step, StepOnEntry>;

/** What a step returned, or the code of its error. Two results are compared by deep equality. */
export type StepResult = { readonly returned: unknown } | { readonly error: string };

/**
 * Deadlines in programs are odd multiples of five seconds, and time passes in multiples of ten. Real time that passes
 * during a program therefore never reaches a deadline, and ttls are compared after rounding to whole tens.
 */
const TTL_PRECISION_SECONDS = 10;

/** Runs the steps of a program one after the other and returns the result of each. */
export async function runProgram(
  program: readonly Step[],
  storage: BaseStorage,
  harness: StorageHarness,
): Promise<readonly StepResult[]> {
  const results: StepResult[] = [];
  for (const step of program) results.push(await runStep(step, storage, harness));
  return results;
}

async function runStep(step: Step, storage: BaseStorage, harness: StorageHarness): Promise<StepResult> {
  try {
    const returned = 'identifier' in step ? await callEntry(step, storage) : await callOther(step, storage, harness);
    return { returned };
  } catch (error) {
    if (isFsmStorageError(error)) return { error: error.code };
    throw error;
  }
}

async function callEntry(step: StepOnEntry, storage: BaseStorage): Promise<unknown> {
  switch (step.call) {
    case 'getState':
      return textOf(await storage.getState(step.identifier));
    case 'setState':
      return storage.setState(step.identifier, step.state, step.options);
    case 'compareAndSet':
      return storage.compareAndSet(step.identifier, step.state, step.options);
    case 'swap': {
      const expected = await storage.getState(step.identifier);
      return storage.compareAndSet(step.identifier, step.state, { ...step.options, expected });
    }
    case 'update':
      return textOf(await storage.update(step.identifier, (current) => nextState(current, step.state), step.options));
    case 'deleteState':
      return storage.deleteState(step.identifier);
    case 'getTtl':
      return roundTtl(await storage.getTtl(step.identifier));
    case 'touch':
      return storage.touch(step.identifier, step.ttl);
    case 'increment':
      return storage.increment(step.identifier, step.amount, step.options);
    case 'getCounter':
      return storage.getCounter(step.identifier);
    case 'deleteCounter':
      return storage.deleteCounter(step.identifier);
    case 'getCounterTtl':
      return roundTtl(await storage.getCounterTtl(step.identifier));
    case 'touchCounter':
      return storage.touchCounter(step.identifier, step.ttl);
  }
}

async function callOther(step: OtherStep, storage: BaseStorage, harness: StorageHarness): Promise<unknown> {
  switch (step.call) {
    case 'getStates':
      return (await storage.getStates(step.identifiers)).map(textOf);
    case 'listKeys':
      return (await storage.listKeys(step.pattern)).toSorted();
    case 'scanKeys':
      return distinct(storage.scanKeys(step.pattern));
    case 'listCounters':
      return (await storage.listCounters(step.pattern)).toSorted();
    case 'scanCounters':
      return distinct(storage.scanCounters(step.pattern));
    case 'clearNamespace':
      return storage.clearNamespace();
    case 'restart':
      await storage.stop();
      return storage.start();
    case 'passTime':
      return harness.passTime(step.seconds * 1000);
  }
}

/** Writes the number of keys that update passed, so that a wrong read also shows in later steps. */
function nextState(current: StateDocument | null, state: StateDocument | null): StateDocument | null {
  return state === null ? null : { ...state, seen: current === null ? null : Object.keys(current).length };
}

async function distinct(identifiers: AsyncIterable<string>): Promise<readonly string[]> {
  const seen = new Set<string>();
  for await (const identifier of identifiers) seen.add(identifier);
  return [...seen].toSorted();
}

function textOf(state: StateDocument | null): string | null {
  return state === null ? null : toReferenceText(state);
}

function roundTtl(ttl: number | null | undefined): number | null | undefined {
  return typeof ttl === 'number' ? Math.ceil(ttl / TTL_PRECISION_SECONDS) : ttl;
}
