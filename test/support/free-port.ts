import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Below the ports that systems give to outgoing connections, so that no connection takes the port of a server that a test
 * has killed and starts again. The bus of a Redis Cluster's node listens on its port + 10000, which is below them too.
 */
const FIRST_PORT = 10_000;
const PORT_COUNT = 10_000;
const BUS_OFFSET = 10_000;

/** Each process begins elsewhere, so that two that start servers at the same time do not choose the same port. */
let next = (process.pid * 1031) % PORT_COUNT;

/** Returns a loopback port that nobody listens on, and that this process has not returned lately. */
export async function findFreePort(): Promise<number> {
  for (let tried = 0; tried < PORT_COUNT; tried += 1) {
    const port = FIRST_PORT + next;
    next = (next + 1) % PORT_COUNT;
    if ((await isFree(port)) && (await isFree(port + BUS_OFFSET))) return port;
  }
  throw new Error(`Every port from ${FIRST_PORT} to ${FIRST_PORT + PORT_COUNT - 1} is in use.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
