import type { BaseStorage } from '../../../src/contract/base-storage.js';
import type { ServerHandle } from '../../linearizability/disturbances.js';
import { openStorage } from '../../linearizability/open-storage.js';
import type { DurableServer } from '../../linearizability/servers.js';
import { TcpProxy } from '../../support/tcp-proxy.js';

/** A storage of its own on a server of its own, with a wire between that can be damaged. */
export interface ServerUnderTest {
  /** Not started. */
  readonly storage: BaseStorage;
  readonly server: ServerHandle;
  readonly wire: TcpProxy;
  /** Errors that had no caller. */
  readonly warnings: readonly unknown[];
  discharge(): Promise<void>;
}

/** @param options - beside those that say where the server is */
export async function admit(start: () => Promise<DurableServer>, options: object = {}): Promise<ServerUnderTest> {
  const { server, describe, stop } = await start();
  const wire = await TcpProxy.to(server.port);
  const warnings: unknown[] = [];
  const { backend, options: reach } = describe(wire.port);
  const onBackgroundError = (error: unknown): void => void warnings.push(error);
  const storage = await openStorage({ backend, options: { ...reach, onBackgroundError, ...options } });
  return {
    storage,
    server,
    wire,
    warnings,
    async discharge() {
      await storage.stop().catch(() => {});
      await wire.close();
      await stop();
    },
  };
}
