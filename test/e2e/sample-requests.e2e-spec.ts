import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { killSampleApps, pollUntil, SampleApp } from '../support/sample-app.js';

afterAll(killSampleApps);

describe('the order bot asked wrongly', () => {
  let app: SampleApp;

  beforeAll(async () => {
    app = await SampleApp.start({ STORAGE: 'memory', MESSAGE_LIMIT: '1000' });
  });

  it.each([
    ['is empty', '', 'the body is empty'],
    ['is not JSON', 'hello', 'the body is not JSON'],
    ['is incomplete JSON', '{"text": "hello"', 'the body is not JSON'],
    ['is a JSON array', '["hello"]', 'the body is not a JSON object'],
    ['is null', 'null', 'the body is not a JSON object'],
    ['has another field', '{"message": "hello"}', 'the text is missing'],
    ['has a number as text', '{"text": 5}', 'the text is not a string'],
    ['has null as text', '{"text": null}', 'the text is not a string'],
    ['has an empty text', '{"text": ""}', 'the text is blank'],
    ['has a blank text', '{"text": " \\t\\n"}', 'the text is blank'],
    ['has too long a text', JSON.stringify({ text: 'x'.repeat(501) }), 'the text has 501 characters'],
    ['has half a character in its text', '{"text": "\\ud83d"}', 'the text holds half a character'],
  ])('returns 400 and the expected form for a body that %s', async (_, body, got) => {
    const answer = await app.post('/chats/wrong/messages', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      message: expect.stringContaining('Expected a JSON body like {"text": "hello"}'),
    });
    expect(answer.body).toMatchObject({ message: expect.stringContaining(got) });
    expect((await app.get('/chats/wrong')).status).toBe(404);
  });

  it('takes JSON whatever its content type says', async () => {
    const { status } = await app.post('/chats/typed/messages', '{"text": "hello"}', 'text/plain');
    expect(status).toBe(200);
  });

  it('returns 413 for a huge body', async () => {
    expect((await app.post('/chats/huge/messages', JSON.stringify({ text: 'x'.repeat(100_000) }))).status).toBe(413);
  });

  it.each([
    ['with a zero character', '%00'],
    ['that is too long', 'x'.repeat(513)],
  ])('ID-1 returns 400 for a chat id %s', async (_, chatId) => {
    const said = await app.post(`/chats/${chatId}/messages`, '{"text": "hello"}');
    const asked = await app.get(`/chats/${chatId}`);
    for (const { status, body } of [said, asked]) {
      expect(status).toBe(400);
      expect(body).toMatchObject({ code: 'INVALID_IDENTIFIER', message: expect.stringContaining('identifier') });
    }
  });

  it('returns 400 to a chat id that is not a URL', async () => {
    expect((await app.get('/chats/%E0%A4%A')).status).toBe(400);
  });

  it('returns 404 where there is no conversation', async () => {
    const { status, body } = await app.get('/chats/nobody');
    expect(status).toBe(404);
    expect(body).toMatchObject({ message: 'Chat "nobody" has no conversation going on.' });
  });

  it('LS-2 lists the chats that match a pattern, and returns 400 for a wrong one', async () => {
    for (const chatId of ['list:1', 'list:2', 'LIST:1']) await app.say(chatId, 'hello');
    expect((await app.get('/chats?pattern=list:*')).body).toEqual(expect.arrayContaining(['list:1', 'list:2']));
    expect((await app.get('/chats?pattern=list:%5B1%5D')).body).toEqual(['list:1']);
    expect((await app.get('/chats?pattern=')).body).toEqual(expect.arrayContaining(['list:1', 'LIST:1']));
    const wrong = await app.get('/chats?pattern=%5B');
    expect([wrong.status, wrong.body]).toEqual([400, expect.objectContaining({ code: 'INVALID_PATTERN' })]);
    expect((await app.get('/chats?pattern=a&pattern=b')).status).toBe(400);
  });

  it('serves a page to chat with the bot', async () => {
    const page = await fetch(app.url);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(await page.text()).toContain('<title>Order bot</title>');
  });

  it('HL-2 reports backend, namespace and latency at /health', async () => {
    const { status, body } = await app.get('/health');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'ok',
      info: {
        'fsm-storage': {
          status: 'up',
          backend: 'memory',
          namespace: 'order-bot',
          latency: expect.any(Number),
        },
      },
    });
  });
});

describe('the order bot asked too often', () => {
  it('CNT-3 returns 429 with Retry-After until the window ends, to this chat only', async () => {
    const app = await SampleApp.start({ STORAGE: 'memory', MESSAGE_LIMIT: '3', MESSAGE_WINDOW: '2' });
    const refused = await pollUntil(
      () => app.say('chatty', 'hello'),
      ({ status }) => status === 429,
    );
    expect(refused.body).toMatchObject({ message: expect.stringContaining('3 are allowed in 2 seconds') });
    expect(['1', '2']).toContain(refused.headers.get('retry-after'));
    expect((await app.say('quiet', 'hello')).status).toBe(200);
    await pollUntil(
      () => app.say('chatty', 'hello'),
      ({ status }) => status === 200,
    );
  });
});

describe('the order bot left alone', () => {
  it('TTL-2 forgets a conversation some time after its last message', async () => {
    const app = await SampleApp.start({ STORAGE: 'memory', CONVERSATION_TTL: '1' });
    expect((await app.say('idle', 'hello')).body).toMatchObject({ state: { name: 'Order:choosing' } });
    await pollUntil(
      () => app.get('/chats/idle'),
      ({ status }) => status === 404,
    );
    expect((await app.get('/chats')).body).toEqual([]);
    expect((await app.say('idle', '1')).body).toMatchObject({ reply: expect.stringContaining('Welcome back!') });
  });
});
