import { once } from 'node:events';
import { createServer } from 'node:net';

/** Above it, a Redis Cluster's bus port (port + 10000) would not fit. */
const PORTS_END = 55_536;

/** A loopback port that nobody listens on just now. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (typeof address === 'object' && address !== null && address.port < PORTS_END) return address.port;
  }
}
