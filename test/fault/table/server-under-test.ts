import type { BaseStorage } from '../../../src/contract/base-storage.js';
import type { ServerHandle } from '../../linearizability/faults.js';
import { openStorage } from '../../linearizability/open-storage.js';
import type { DurableServer } from '../../linearizability/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** A storage on its own server, with a proxy between them that can lose replies and cut connections. */
export interface ServerUnderTest {
  /** Not started. */
  readonly storage: BaseStorage;
  readonly server: ServerHandle;
  readonly proxy: TcpProxy;
  /** Errors that were reported in the background. */
  readonly warnings: readonly unknown[];
  dispose(): Promise<void>;
}

/** @param options - besides those that locate the server */
export async function startServerUnderTest(
  start: () => Promise<DurableServer>,
  options: object = {},
): Promise<ServerUnderTest> {
  const { server, describe, stop } = await start();
  const proxy = await TcpProxy.to(server.port);
  const warnings: unknown[] = [];
  const { backend, options: reach } = describe(proxy.port);
  const onBackgroundError = (error: unknown): void => void warnings.push(error);
  const storage = await openStorage({ backend, options: { ...reach, onBackgroundError, ...options } });
  return {
    storage,
    server,
    proxy,
    warnings,
    async dispose() {
      await storage.stop().catch(() => {});
      await proxy.close();
      await stop();
    },
  };
}
