import type { BaseStorage } from '../../src/contract/base-storage.js';
import type { StateDocument } from '../../src/contract/state-document.js';
import type { CallResult, Call, Value } from './operation.js';
import type { Random } from './random.js';

/** What clients call. */
export type CalledStorage = Pick<
  BaseStorage,
  'getState' | 'setState' | 'deleteState' | 'compareAndSet' | 'update' | 'increment' | 'getCounter' | 'deleteCounter'
>;

const STATE_CALLS = ['get', 'get', 'get', 'set', 'swap', 'swap', 'swap', 'swap', 'delete', 'update', 'update'] as const;

/** A random call of a state. `lastSeen` is what the caller believes to be there; `newValue` is what it would write. */
export function randomStateCall(random: Random, lastSeen: Value, newValue: string): Call {
  const kind = random.pick(STATE_CALLS);
  switch (kind) {
    case 'get':
    case 'delete':
      return { kind };
    case 'set':
      return { kind, next: newValue };
    case 'swap':
      return { kind: 'compareAndSet', expected: lastSeen, next: newValue };
    case 'update':
      // What it sees is known only when it tries; until then it is one that changes nothing.
      return { kind, seen: null, next: random.happens(0.2) ? null : newValue };
  }
}

/** A random call of a counter. */
export function randomCounterCall(random: Random): Call {
  if (random.happens(0.3)) return { kind: 'getCounter' };
  return random.happens(0.05) ? { kind: 'deleteCounter' } : { kind: 'increment', amount: 1 + random.below(3) };
}

/** Makes a call and returns its result; `onTry` receives what an update saw before it writes. */
export async function execute(
  storage: CalledStorage,
  identifier: string,
  call: Call,
  onTry: (seen: Value) => void,
): Promise<CallResult> {
  switch (call.kind) {
    case 'get':
      return toValue(await storage.getState(identifier));
    case 'set':
      await storage.setState(identifier, toDocument(call.next));
      return null;
    case 'compareAndSet': {
      const expected = call.expected === null ? null : toDocument(call.expected);
      return storage.compareAndSet(identifier, toDocument(call.next), { expected });
    }
    case 'delete':
      return storage.deleteState(identifier);
    case 'update': {
      const stored = await storage.update<StateDocument>(identifier, (current) => {
        onTry(toValue(current));
        return call.next === null ? null : toDocument(call.next);
      });
      return toValue(stored) === call.next;
    }
    case 'increment':
      return storage.increment(identifier, call.amount);
    case 'getCounter':
      return storage.getCounter(identifier);
    case 'deleteCounter':
      return storage.deleteCounter(identifier);
  }
}

function toDocument(value: string): StateDocument {
  return { name: value };
}

/** A document that no client wrote becomes a value that no client wrote. */
function toValue(document: StateDocument | null): Value {
  if (document === null) return null;
  const { name, ...rest } = document;
  return typeof name === 'string' && Object.keys(rest).length === 0 ? name : JSON.stringify(document);
}
