import type { FsmStorage } from '../../src/storage/fsm-storage.js';

/** Texts that a session with a wrong character set or quoting damages. */
const TEXTS = ['👋🏽', '日本語', 'ä', "it's", 'a"b', 'back\\slash', '\\', "\\' OR '1'='1", 'line\nbreak', '?', '%_'];

/**
 * Calls every operation with texts of all kinds and returns what the storage says, to be compared with
 * {@link EXPECTED_REPLIES}.
 */
export async function repliesOf(storage: FsmStorage): Promise<unknown> {
  for (const text of TEXTS) await storage.setState(text, { text });
  const states = await storage.getStates(TEXTS);
  const replies = {
    states,
    single: await storage.getState('👋🏽'),
    absent: await storage.getState('👋🏾'),
    keys: [...(await storage.listKeys())].sort(),
    some: await storage.listKeys('日*'),
    swapped: await storage.compareAndSet('👋🏽', { text: '🙂' }, { expected: { text: '👋🏽' } }),
    notSwapped: await storage.compareAndSet('👋🏽', { text: 'no' }, { expected: { text: '👋🏽' } }),
    inserted: await storage.compareAndSet('new 🆕', { text: '🆕' }),
    notInserted: await storage.compareAndSet('new 🆕', { text: 'no' }),
    touched: await storage.touch("it's", 60),
    ttl: Math.ceil((await storage.getTtl("it's")) ?? 0),
    total: [await storage.increment('n 👋', 5), await storage.increment('n 👋', -7), await storage.getCounter('n 👋')],
    removed: [await storage.deleteState('日本語'), await storage.deleteState('日本語')],
    isHealthy: await storage.health(),
  };
  return { ...replies, cleared: await storage.clearNamespace(), left: await storage.listKeys() };
}

/** What {@link repliesOf} returns on every right storage. */
export const EXPECTED_REPLIES = {
  states: TEXTS.map((text) => ({ text })),
  single: { text: '👋🏽' },
  absent: null,
  keys: [...TEXTS].sort(),
  some: ['日本語'],
  swapped: true,
  notSwapped: false,
  inserted: true,
  notInserted: false,
  touched: true,
  ttl: 60,
  total: [5, -2, -2],
  removed: [true, false],
  isHealthy: true,
  cleared: TEXTS.length + 1,
  left: [],
};
