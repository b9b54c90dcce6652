import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import type { StateDocument } from '../../contract/state-document.js';
import { ERROR_CODES, type ErrorCode } from '../../errors/fsm-storage.error.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import type { StorageOptions } from '../../storage/storage-options.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { eventLoopTurns, expectError, expectRejection, untyped } from '../expectations.js';

const SECRET = 'Rumpelstiltskin';
const SECRET_STATE = { name: 'Order:paying', data: { card: SECRET } };

interface RejectedCall {
  readonly code: ErrorCode;
  readonly call: (storage: BaseStorage) => Promise<unknown>;
}

/** One call for every way to be rejected. Where the call has a state, the state contains the secret. */
const REJECTED_CALLS: readonly RejectedCall[] = [
  { code: 'INVALID_IDENTIFIER', call: (storage) => storage.setState('', SECRET_STATE) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped({ ...SECRET_STATE, a: new Date() })) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', { ...SECRET_STATE, a: `${SECRET}\ud800` }) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', { ...SECRET_STATE, a: NaN }) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped([SECRET])) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped(SECRET)) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped({ a: Symbol(SECRET) })) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped({ a: new Map([[SECRET, SECRET]]) })) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped({ a: new String(SECRET) })) },
  { code: 'INVALID_STATE', call: (storage) => storage.setState('x', untyped({ a: new Error(SECRET) })) },
  {
    code: 'INVALID_STATE',
    call: (storage) => storage.update<StateDocument>('x', () => untyped({ ...SECRET_STATE, a: [undefined] })),
  },
  { code: 'STATE_TOO_LARGE', call: (storage) => storage.setState('x', { ...SECRET_STATE, a: SECRET.repeat(50) }) },
  { code: 'INVALID_TTL', call: (storage) => storage.setState('x', SECRET_STATE, { ttl: -1 }) },
  { code: 'INVALID_TTL', call: (storage) => storage.touch('x', NaN) },
  { code: 'INVALID_AMOUNT', call: (storage) => storage.increment('x', 0.5) },
  { code: 'INVALID_PATTERN', call: (storage) => storage.listKeys('[') },
  { code: 'COUNTER_OVERFLOW', call: (storage) => overflowCounter(storage) },
  { code: 'CONTENTION', call: (storage) => loseUpdate(storage) },
];

const INVALID_OPTIONS = { namespace: 'a b', defaultTtl: -1, maxStateBytes: 0.5, healthTimeout: -5 };

/** What every error looks like, and that no failure goes unhandled. */
export const errorsChapter: ContractChapter = {
  title: 'errors',
  tests: [
    test('ER-1 every error is an FsmStorageError with a code, a name and a message', async (context) => {
      const storage = await context.open({ maxStateBytes: 500 });
      for (const { code, call } of REJECTED_CALLS) {
        const error = await expectError(() => call(storage), code);
        assert.ok(ERROR_CODES.includes(error.code));
        assert.match(error.name, /^[A-Z]\w+Error$/);
        assert.ok(error.message.length > 10, `${code}: "${error.message}"`);
      }
    }),
    test('ER-1 no error message or stack contains state data', async (context) => {
      const storage = await context.open({ maxStateBytes: 500 });
      for (const { code, call } of REJECTED_CALLS) {
        const error = await expectError(() => call(storage), code);
        assert.ok(!`${error.message} ${String(error.stack)}`.includes(SECRET), `${code}: ${error.message}`);
      }
    }),
    testWithout('in-process', 'ER-1 no error message or cause contains text of a damaged state', async (context) => {
      const storage = await context.open();
      for (const text of [`{"card":"${SECRET}"`, `["${SECRET}"]`, `"${SECRET}"`, SECRET]) {
        await context.writeRaw('x', text);
        const error = await expectError(() => storage.getState('x'), 'CORRUPT_STATE');
        for (let each: unknown = error; each instanceof Error; each = each.cause) {
          assert.ok(!each.message.includes(SECRET.slice(0, 8)), each.message);
        }
      }
    }),
    test('ER-2 invalid options are rejected with all problems at once', async (context) => {
      const error = await expectRejection(async () => context.create(INVALID_OPTIONS));
      assert.ok(isFsmStorageError(error) && error.code === 'INVALID_OPTIONS', String(error));
      const problems = untyped<readonly string[]>(Reflect.get(error, 'problems'));
      for (const name of Object.keys(INVALID_OPTIONS)) {
        assert.equal(problems.filter((problem) => problem.startsWith(name)).length, 1, `${name}: ${error.message}`);
        assert.ok(error.message.includes(name), error.message);
      }
    }),
    test('ER-2 every invalid and every unknown option is rejected', async (context) => {
      for (const [name, value] of INVALID_OPTION_VALUES) {
        const options = untyped<StorageOptions>({ [name]: value });
        const error = await expectRejection(async () => context.create(options));
        assert.ok(
          isFsmStorageError(error) && error.code === 'INVALID_OPTIONS',
          `${name} ${String(value)}: ${String(error)}`,
        );
      }
    }),
    test('ER-3 a rejected increment changes nothing', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'kept' });
      await storage.increment('x', Number.MAX_SAFE_INTEGER);
      await context.assertUnchanged(storage, 'x', () => expectError(() => storage.increment('x'), 'COUNTER_OVERFLOW'));
    }),
    testWithout(
      'no-interruption',
      'ER-4 an error during an outage says whether the call may have been applied',
      async (context) => {
        const storage = await context.open();
        await context.duringOutage(async () => {
          const read = await expectRejection(() => storage.getState('x'));
          assert.equal(untyped<{ outcome: unknown }>(read).outcome, 'not-applied');
          const write = await expectRejection(() => storage.increment('x'));
          assert.ok(['not-applied', 'unknown'].includes(untyped<{ outcome: string }>(write).outcome));
        });
      },
    ),
    test('ER-5 a rejected call leaves no unhandled rejection', async (context) => {
      const storage = await context.open({ maxStateBytes: 500 });
      await assertNothingUnhandled(async () => {
        for (const { code, call } of REJECTED_CALLS) await expectError(() => call(storage), code);
        const failing = (): Promise<never> => Promise.reject(new Error('from the change'));
        await expectError(() => storage.update<StateDocument>('x', untyped(failing)), 'INVALID_STATE');
        await storage.stop();
        for (const { call } of REJECTED_CALLS) await expectError(() => call(storage), 'NOT_STARTED');
      });
    }),
    testWithout('no-interruption', 'ER-5 an outage leaves no unhandled rejection', async (context) => {
      const storage = await context.open();
      await assertNothingUnhandled(async () => {
        await context.duringOutage(async () => {
          await expectRejection(() => storage.getState('x'));
          await expectRejection(() => storage.update('x', () => ({ name: 'x' })));
          await storage.health();
        });
        await storage.stop();
      });
    }),
  ],
};

const INVALID_OPTION_VALUES: readonly (readonly [name: string, value: unknown])[] = [
  ['namespace', ''],
  ['namespace', 5],
  ['defaultTtl', NaN],
  ['defaultTtl', '60'],
  ['defaultTtl', Infinity],
  ['maxStateBytes', -1],
  ['maxStateBytes', '1024'],
  ['healthTimeout', 0],
  ['healthTimeout', 1.5],
  ['sweepInterval', -1],
  ['clock', {}],
  ['clock', 5],
  ['onBackgroundError', 'log'],
  ['layers', 'timeout'],
  ['nameSpace', 'typo'],
  ['ttl', 60],
];

async function overflowCounter(storage: BaseStorage): Promise<number> {
  await storage.deleteCounter('full');
  await storage.increment('full', Number.MAX_SAFE_INTEGER);
  return storage.increment('full');
}

async function loseUpdate(storage: BaseStorage): Promise<unknown> {
  let concurrentWrite = Promise.resolve();
  const change = (): typeof SECRET_STATE => {
    concurrentWrite = storage.setState('contended', { ...SECRET_STATE, at: Math.random() });
    return SECRET_STATE;
  };
  return storage.update('contended', change, { attempts: 1 }).finally(() => concurrentWrite);
}

/**
 * jest gives its tests a copy of `process`. Under jest, jest itself detects the unhandled rejection and fails the
 * test.
 */
async function assertNothingUnhandled(body: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const record = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', record);
  try {
    await body();
    await eventLoopTurns(3);
  } finally {
    process.off('unhandledRejection', record);
  }
  assert.deepEqual(unhandled, [], 'unhandled rejections');
}
