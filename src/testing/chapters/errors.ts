import assert from 'node:assert/strict';
import type { BaseStorage } from '../../contract/base-storage.js';
import { ERROR_CODES, type ErrorCode } from '../../errors/error-code.js';
import { isFsmStorageError } from '../../errors/fsm-storage.error.js';
import type { StorageOptions } from '../../storage/storage-options.js';
import { type ContractChapter, test, testWithout } from '../contract-test.js';
import { eventLoopTurns, expectError, rejection, untyped } from '../expectations.js';

const SECRET = 'Rumpelstiltskin';
const SECRET_STATE = { name: 'Order:paying', data: { card: SECRET } };

interface WrongUse {
  readonly code: ErrorCode;
  readonly call: (storage: BaseStorage) => Promise<unknown>;
}

/** Every way to be refused, with a secret in the state wherever there is one. */
const WRONG_USES: readonly WrongUse[] = [
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
  { code: 'INVALID_STATE', call: (storage) => storage.update('x', () => untyped({ ...SECRET_STATE, a: [undefined] })) },
  { code: 'STATE_TOO_LARGE', call: (storage) => storage.setState('x', { ...SECRET_STATE, a: SECRET.repeat(50) }) },
  { code: 'INVALID_TTL', call: (storage) => storage.setState('x', SECRET_STATE, { ttl: -1 }) },
  { code: 'INVALID_TTL', call: (storage) => storage.touch('x', NaN) },
  { code: 'INVALID_AMOUNT', call: (storage) => storage.increment('x', 0.5) },
  { code: 'INVALID_PATTERN', call: (storage) => storage.listKeys('[') },
  { code: 'COUNTER_OVERFLOW', call: (storage) => overflow(storage) },
  { code: 'CONTENTION', call: (storage) => contend(storage) },
];

const WRONG_OPTIONS = { namespace: 'a b', defaultTtl: -1, maxStateBytes: 0.5, healthTimeout: -5 };

/** What an error looks like, whatever went wrong. */
export const errorsChapter: ContractChapter = {
  title: 'errors',
  tests: [
    test('ER-1 every error is an FsmStorageError with its code, its name and a message', async (world) => {
      const storage = await world.open({ maxStateBytes: 500 });
      for (const { code, call } of WRONG_USES) {
        const error = await expectError(() => call(storage), code);
        assert.ok(ERROR_CODES.includes(error.code));
        assert.match(error.name, /^[A-Z]\w+Error$/);
        assert.ok(error.message.length > 10, `${code}: "${error.message}"`);
      }
    }),
    test('ER-1 state data is in no message', async (world) => {
      const storage = await world.open({ maxStateBytes: 500 });
      for (const { code, call } of WRONG_USES) {
        const error = await expectError(() => call(storage), code);
        assert.ok(!`${error.message} ${String(error.stack)}`.includes(SECRET), `${code}: ${error.message}`);
      }
    }),
    testWithout('in-process', 'ER-1 nothing of a damaged state is in the message', async (world) => {
      const storage = await world.open();
      for (const text of [`{"card":"${SECRET}"`, `["${SECRET}"]`, `"${SECRET}"`, SECRET]) {
        await world.plant('x', text);
        const error = await expectError(() => storage.getState('x'), 'CORRUPT_STATE');
        for (let each: unknown = error; each instanceof Error; each = each.cause) {
          assert.ok(!each.message.includes(SECRET.slice(0, 8)), each.message);
        }
      }
    }),
    test('ER-2 wrong options are refused with every problem at once', async (world) => {
      const error = await rejection(async () => world.create(WRONG_OPTIONS));
      assert.ok(isFsmStorageError(error) && error.code === 'INVALID_OPTIONS', String(error));
      const problems = untyped<readonly string[]>(Reflect.get(error, 'problems'));
      for (const name of Object.keys(WRONG_OPTIONS)) {
        assert.equal(problems.filter((problem) => problem.startsWith(name)).length, 1, `${name}: ${error.message}`);
        assert.ok(error.message.includes(name), error.message);
      }
    }),
    test('ER-2 each wrong option, and each unknown one, is refused', async (world) => {
      for (const [name, value] of WRONG_OPTION_VALUES) {
        const options = untyped<StorageOptions>({ [name]: value });
        const error = await rejection(async () => world.create(options));
        assert.ok(
          isFsmStorageError(error) && error.code === 'INVALID_OPTIONS',
          `${name} ${String(value)}: ${String(error)}`,
        );
      }
    }),
    test('ER-3 a lost cause leaves everything as it was', async (world) => {
      const storage = await world.open();
      await storage.setState('x', { name: 'kept' });
      await storage.increment('x', Number.MAX_SAFE_INTEGER);
      await world.assertUnchanged(storage, 'x', () => expectError(() => storage.increment('x'), 'COUNTER_OVERFLOW'));
    }),
    testWithout('no-interruption', 'ER-4 an outage tells whether the call may have been applied', async (world) => {
      const storage = await world.open();
      await world.duringOutage(async () => {
        const read = await rejection(() => storage.getState('x'));
        assert.equal(untyped<{ outcome: unknown }>(read).outcome, 'not-applied');
        const write = await rejection(() => storage.increment('x'));
        assert.ok(['not-applied', 'unknown'].includes(untyped<{ outcome: string }>(write).outcome));
      });
    }),
    test('ER-5 no refused call leaves a rejection that nobody handles', async (world) => {
      const storage = await world.open({ maxStateBytes: 500 });
      await assertNothingUnhandled(async () => {
        for (const { code, call } of WRONG_USES) await expectError(() => call(storage), code);
        const failing = (): Promise<never> => Promise.reject(new Error('from the change'));
        await expectError(() => storage.update('x', untyped(failing)), 'INVALID_STATE');
        await storage.stop();
        for (const { call } of WRONG_USES) await expectError(() => call(storage), 'NOT_STARTED');
      });
    }),
    testWithout('no-interruption', 'ER-5 no outage leaves a rejection that nobody handles', async (world) => {
      const storage = await world.open();
      await assertNothingUnhandled(async () => {
        await world.duringOutage(async () => {
          await rejection(() => storage.getState('x'));
          await rejection(() => storage.update('x', () => ({ name: 'x' })));
          await storage.health();
        });
        await storage.stop();
      });
    }),
  ],
};

const WRONG_OPTION_VALUES: readonly (readonly [name: string, value: unknown])[] = [
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

async function overflow(storage: BaseStorage): Promise<number> {
  await storage.deleteCounter('full');
  await storage.increment('full', Number.MAX_SAFE_INTEGER);
  return storage.increment('full');
}

async function contend(storage: BaseStorage): Promise<unknown> {
  let writing = Promise.resolve();
  const change = (): typeof SECRET_STATE => {
    writing = storage.setState('contended', { ...SECRET_STATE, at: Math.random() });
    return SECRET_STATE;
  };
  return storage.update('contended', change, { attempts: 1 }).finally(() => writing);
}

/** Under jest, which shows its tests a copy of `process`, it is jest that hears of the rejection and fails the test. */
async function assertNothingUnhandled(body: () => Promise<void>): Promise<void> {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): number => unhandled.push(reason);
  process.on('unhandledRejection', note);
  try {
    await body();
    await eventLoopTurns(3);
  } finally {
    process.off('unhandledRejection', note);
  }
  assert.deepEqual(unhandled, []);
}
