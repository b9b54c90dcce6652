import { describe, expect, it } from '@jest/globals';
import { type Command, Redis } from 'ioredis';
import { RedisDriver } from '../../../../src/backends/redis/redis.driver.js';

const IDENTIFIERS = ['__ctr__:a', '__rl__:b', 'chat:1'];

/** A client whose server has the keys `fsm:<identifier>`, each with the value 7. */
function createFakeClient(sent: string[]): Redis {
  const replies: Record<string, (command: Command) => unknown> = {
    scan: () => [Buffer.from('0'), IDENTIFIERS.map((identifier) => Buffer.from(`fsm:${identifier}`))],
    mget: ({ args }) => args.map(() => Buffer.from('7')),
    ping: ({ args }) => args[0],
  };
  const sendCommand = (command: Command): Promise<unknown> => {
    sent.push(command.name);
    command.resolve(replies[command.name]?.(command) ?? Buffer.from(''));
    return command.promise;
  };
  return Object.defineProperties(new Redis({ lazyConnect: true }), {
    status: { value: 'ready' },
    stream: { value: {} },
    sendCommand: { value: sendCommand },
  });
}

async function scanWith(prefix: string | undefined): Promise<{ listed: string[]; sent: string[] }> {
  const sent: string[] = [];
  const source = { kind: 'client', client: createFakeClient(sent) } as const;
  const kurigram = prefix === undefined ? undefined : { text: prefix, namespace: 'fsm' };
  const driver = new RedisDriver({ source, commandTimeout: 5000, prefix: kurigram });
  await driver.open({ reportBackgroundError: () => {}, clock: { now: () => 0 } });
  sent.splice(0);
  const listed: string[] = [];
  for await (const page of driver.scan('fsm', '', 'state')) listed.push(...page);
  await driver.close();
  return { listed, sent };
}

describe('RedisDriver', () => {
  it('FMT-2 LS-1 lists every identifier without a prefix, and reads no values', async () => {
    expect(await scanWith(undefined)).toEqual({ listed: IDENTIFIERS, sent: ['scan'] });
  });

  it('FMT-2 LS-1 does not list counters of kurigram-addons with a prefix', async () => {
    expect(await scanWith('fsm')).toEqual({ listed: ['chat:1'], sent: ['scan', 'mget'] });
  });
});
