import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Finding } from './finding.js';
import type { Lengths } from './server-faults.js';
import type { DurableServer } from '../../linearizability/servers.js';
import { freeze } from '../../support/freeze.js';

const PROGRAM = fileURLToPath(new URL('./frozen-client-process.ts', import.meta.url));
const REGISTER = new URL('../../support/ts-register.mjs', import.meta.url).href;

/** Freezes the process of the app, as a laptop, a container or a function platform does, and lets it go on. */
export async function freezeClient(durable: DurableServer, { frozenMs, commandTimeout }: Lengths): Promise<Finding> {
  const { backend, options } = durable.describe(durable.server.port);
  const description = JSON.stringify({ backend, options: { ...options, commandTimeout } });
  const client = fork(PROGRAM, [description], { execArgv: ['--no-warnings', '--import', REGISTER] });
  try {
    await messageOf(client);
    await freeze(client.pid ?? 0);
    await pause(frozenMs);
    client.kill('SIGCONT');
    client.send('thawed');
    return (await messageOf(client)) as Finding;
  } finally {
    client.kill('SIGKILL');
  }
}

async function messageOf(client: ChildProcess): Promise<unknown> {
  const ended = once(client, 'exit').then(([code]) => {
    throw new Error(`The client process ended with ${String(code)}.`);
  });
  const [message] = await Promise.race([once(client, 'message') as Promise<unknown[]>, ended]);
  return message;
}
