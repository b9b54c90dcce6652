import type {
  BaseStorage,
  CompareAndSetOptions,
  IncrementOptions,
  SetStateOptions,
} from '../../contract/base-storage.js';
import type { StateDocument } from '../../contract/state-document.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import type { StorageHarness } from '../storage-harness.js';
import { toReferenceText } from './reference-state.js';

/** One call, as data: it can be printed, shrunk, and made on several storages. */
export type Step =
  | {
      readonly call: 'getState' | 'deleteState' | 'getTtl' | 'getCounter' | 'deleteCounter';
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
  | { readonly call: 'touch'; readonly identifier: string; readonly ttl: number }
  | {
      readonly call: 'increment';
      readonly identifier: string;
      readonly amount: number;
      readonly options: IncrementOptions;
    }
  | { readonly call: 'listKeys' | 'scanKeys'; readonly pattern: string }
  | { readonly call: 'clearNamespace' | 'restart' }
  | { readonly call: 'passTime'; readonly seconds: number };

type EntryStep = Extract<Step, { readonly identifier: string }>;
type OtherStep = Exclude<Step, EntryStep>;

/** What a step showed: comparable by deep equality. */
export type Observation = { readonly answer: unknown } | { readonly error: string };

/**
 * Deadlines in programs lie at odd multiples of five seconds and time passes in multiples of ten: where real time
 * passes too, it never comes near a deadline, and ttls are compared in whole tens.
 */
const GRAIN_SECONDS = 10;

/** Makes the calls of a program, one after the other, and tells what each showed. */
export async function observe(
  program: readonly Step[],
  storage: BaseStorage,
  harness: StorageHarness,
): Promise<readonly Observation[]> {
  const observations: Observation[] = [];
  for (const step of program) observations.push(await observeStep(step, storage, harness));
  return observations;
}

async function observeStep(step: Step, storage: BaseStorage, harness: StorageHarness): Promise<Observation> {
  try {
    return { answer: await answerOf(step, storage, harness) };
  } catch (error) {
    if (isFsmStorageError(error)) return { error: error.code };
    throw error;
  }
}

function answerOf(step: Step, storage: BaseStorage, harness: StorageHarness): Promise<unknown> {
  return isEntryStep(step) ? answerOfEntry(step, storage) : answerOfOther(step, storage, harness);
}

function isEntryStep(step: Step): step is EntryStep {
  return 'identifier' in step;
}

async function answerOfEntry(step: EntryStep, storage: BaseStorage): Promise<unknown> {
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
      return textOf(await storage.update(step.identifier, (seen) => next(seen, step.state), step.options));
    case 'deleteState':
      return storage.deleteState(step.identifier);
    case 'getTtl':
      return grainsOf(await storage.getTtl(step.identifier));
    case 'touch':
      return storage.touch(step.identifier, step.ttl);
    case 'increment':
      return storage.increment(step.identifier, step.amount, step.options);
    case 'getCounter':
      return storage.getCounter(step.identifier);
    case 'deleteCounter':
      return storage.deleteCounter(step.identifier);
  }
}

async function answerOfOther(step: OtherStep, storage: BaseStorage, harness: StorageHarness): Promise<unknown> {
  switch (step.call) {
    case 'getStates':
      return (await storage.getStates(step.identifiers)).map(textOf);
    case 'listKeys':
      return (await storage.listKeys(step.pattern)).toSorted();
    case 'scanKeys':
      return scan(storage, step.pattern);
    case 'clearNamespace':
      return storage.clearNamespace();
    case 'restart':
      await storage.stop();
      return storage.start();
    case 'passTime':
      return harness.passTime(step.seconds * 1000);
  }
}

/** Keeps what was seen in what is written, so that a wrong reading shows later as well. */
function next(seen: StateDocument | null, state: StateDocument | null): StateDocument | null {
  return state === null ? null : { ...state, seen: seen === null ? null : Object.keys(seen).length };
}

async function scan(storage: BaseStorage, pattern: string): Promise<readonly string[]> {
  const seen = new Set<string>();
  for await (const identifier of storage.scanKeys(pattern)) seen.add(identifier);
  return [...seen].toSorted();
}

function textOf(state: StateDocument | null): string | null {
  return state === null ? null : toReferenceText(state);
}

function grainsOf(ttl: number | null | undefined): number | null | undefined {
  return typeof ttl === 'number' ? Math.ceil(ttl / GRAIN_SECONDS) : ttl;
}
