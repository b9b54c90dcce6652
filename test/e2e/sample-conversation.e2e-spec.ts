import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { useFolder, useServer } from '../support/fixtures.js';
import { startRedisServer } from '../support/redis-server.js';
import { killSampleApps, SampleApp } from '../support/sample-app.js';

const MARGHERITA = { dish: 'Margherita', cents: 950 };
const LEMONADE = { dish: 'Lemonade', cents: 350 };

afterAll(killSampleApps);
const redis = useServer(startRedisServer);
const folder = useFolder();

describe.each(['memory', 'sqlite', 'redis', 'file'])('the order bot on %s', (storage) => {
  let app: SampleApp;

  beforeAll(async () => {
    app = await SampleApp.start({
      STORAGE: storage,
      REDIS_URL: redis().url,
      DATA_DIR: folder(),
      MESSAGE_LIMIT: '1000',
    });
  });

  afterAll(async () => {
    await app.terminate();
  });

  /** Says one thing after another; the state and reply after the last. */
  async function talk(chatId: string, ...texts: readonly string[]): Promise<{ reply: string; state: unknown }> {
    let last = { reply: '', state: null as unknown };
    for (const text of texts) {
      const { status, body } = await app.say(chatId, text);
      expect(status).toBe(200);
      last = body as typeof last;
    }
    return last;
  }

  it('takes an order from the greeting to the end', async () => {
    const greeted = await talk('whole', 'hello');
    expect(greeted.reply).toMatch(/^Welcome to the order bot! .*1 Margherita \(9\.50 EUR\)/);
    expect(greeted.state).toEqual({ name: 'Order:choosing', data: { lines: [] } });

    const chosen = await talk('whole', '1');
    expect(chosen.reply).toMatch(/^How many Margherita\?/);
    expect(chosen.state).toEqual({ name: 'Order:quantity', data: { lines: [], chosen: MARGHERITA } });

    const added = await talk('whole', '2', '4 x 3');
    const lines = [
      { ...MARGHERITA, quantity: 2 },
      { ...LEMONADE, quantity: 3 },
    ];
    expect(added.reply).toContain('2 Margherita, 3 Lemonade (29.50 EUR)');
    expect(added.state).toEqual({ name: 'Order:choosing', data: { lines } });

    expect((await talk('whole', 'checkout')).state).toEqual({ name: 'Order:address', data: { lines } });
    const address = '12 Garden Lane';
    expect((await talk('whole', address)).state).toEqual({ name: 'Order:confirm', data: { lines, address } });
    const done = await talk('whole', 'Yes');
    expect(done.reply).toMatch(/^Thank you! .*29\.50 EUR.*12 Garden Lane/);
    expect(done.state).toEqual({ name: 'Order:done', data: { lines, address } });
    expect((await app.get('/chats/whole')).body).toEqual(done.state);
  });

  it('goes back one step from anywhere', async () => {
    const names: unknown[] = [];
    await talk('back', 'hello', '1 x 2', 'checkout', '12 Garden Lane');
    for (let step = 0; step < 4; step += 1) names.push((await talk('back', 'back')).state);
    const lines = [{ ...MARGHERITA, quantity: 2 }];
    expect(names).toEqual([
      { name: 'Order:address', data: { lines } },
      { name: 'Order:choosing', data: { lines } },
      { name: 'Order:choosing', data: { lines: [] } },
      { name: 'Order:choosing', data: { lines: [] } },
    ]);
    const unchosen = await talk('back', '4', 'back');
    expect(unchosen.state).toEqual({ name: 'Order:choosing', data: { lines: [] } });
  });

  it.each([
    ['choosing', ['hello']],
    ['quantity', ['hello', '1']],
    ['address', ['hello', '1 x 1', 'checkout']],
    ['confirm', ['hello', '1 x 1', 'checkout', '12 Garden Lane']],
    ['done', ['hello', '1 x 1', 'checkout', '12 Garden Lane', 'yes']],
  ])('cancels while in %s', async (name, texts) => {
    const chatId = `cancel ${name}`;
    expect((await talk(chatId, ...texts)).state).toMatchObject({ name: `Order:${name}` });
    expect((await talk(chatId, 'CANCEL ')).state).toEqual({ name: 'Order:idle', data: {} });
    expect((await app.get(`/chats/${encodeURIComponent(chatId)}`)).status).toBe(404);
  });

  it('replies to nonsense helpfully and changes nothing', async () => {
    const path = [
      { say: 'hello', nonsense: ['7', '1 x 0', '1 x 100', '-1', 'checkout', 'pizza', '{"name":"Order:done"}'] },
      { say: '1', nonsense: ['0', '100', 'many', '1.5', '١'] },
      { say: '2', nonsense: ['yes', '0'] },
      { say: 'checkout', nonsense: ['yes', '12', '?'] },
      { say: '12 Garden Lane', nonsense: ['no', '1', 'checkout'] },
      { say: 'yes', nonsense: ['what?', '1', 'yes'] },
    ];
    for (const { say, nonsense } of path) {
      const { state } = await talk('nonsense', say);
      for (const text of nonsense) {
        const answer = await talk('nonsense', text);
        expect(answer.state).toEqual(state);
        expect(answer.reply).toMatch(/[Ss]ay (a|hello|"yes")/);
      }
      expect((await app.get('/chats/nonsense')).body).toEqual(state);
    }
  });

  it('counts the visits of each chat', async () => {
    expect((await talk('visitor', 'hello')).reply).toMatch(/^Welcome to the order bot!/);
    expect((await talk('visitor', 'cancel', 'hello')).reply).toMatch(/^Welcome back! This is visit number 2\./);
    expect((await talk('stranger', 'hello')).reply).toMatch(/^Welcome to the order bot!/);
  });

  it('CAS-5 loses none of 20 messages that one chat sends at once', async () => {
    await talk('hasty', 'hello');
    const replies = await Promise.all(Array.from({ length: 20 }, () => talk('hasty', '1 x 1')));
    const lengths = replies.map(({ state }) => (state as { data: { lines: unknown[] } }).data.lines.length);
    expect(lengths.toSorted((left, right) => left - right)).toEqual(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );
    expect((await talk('hasty', 'checkout')).reply).toBeDefined();
    expect((await talk('hasty', '12 Garden Lane')).reply).toContain('20 Margherita (190.00 EUR)');
  });

  it('keeps chats apart whatever their ids are', async () => {
    const chatIds = ['a/b', 'A/b', 'a/b ', '../../etc', 'ä', 'a\u0308', '*', 'x'.repeat(512)];
    for (const [index, chatId] of chatIds.entries()) await talk(chatId, 'hello', `1 x ${index + 1}`);
    for (const [index, chatId] of chatIds.entries()) {
      const { body } = await app.get(`/chats/${encodeURIComponent(chatId)}`);
      expect(body).toMatchObject({ data: { lines: [{ quantity: index + 1 }] } });
    }
    const { body } = await app.get('/chats');
    expect(body).toEqual(expect.arrayContaining(chatIds));
  });
});
