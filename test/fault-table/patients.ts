import type { BaseStorage } from '../../src/contract/base-storage.js';
import type { ServerHandle } from '../histories/disturbances.js';
import { openStorage, type StorageDescription } from '../histories/open-storage.js';
import { handleOf } from '../histories/engines.js';
import { startRedisServer } from '../support/redis-server.js';
import { TcpProxy } from '../support/tcp-proxy.js';

/** A storage of its own on a server of its own, with a wire between that can be damaged. */
export interface ServerPatient {
  /** Not started. */
  readonly storage: BaseStorage;
  readonly server: ServerHandle;
  readonly wire: TcpProxy;
  /** Errors that had no caller. */
  readonly warnings: readonly unknown[];
  discharge(): Promise<void>;
}

/** A server that keeps what it has acknowledged, as those start it who mean to keep their states. */
export interface Ward {
  readonly server: ServerHandle;
  describe(port: number): StorageDescription;
  stop(): Promise<void>;
}

/** Every engine that has a server. */
export const WARDS = {
  redis: async (): Promise<Ward> => {
    const redis = await startRedisServer({ persistent: true });
    return {
      server: handleOf(redis),
      describe: (port) => ({ backend: 'redis', options: { url: `redis://127.0.0.1:${port}` } }),
      stop: () => redis.stop(),
    };
  },
} satisfies Record<string, () => Promise<Ward>>;

/** @param options - beside those that say where the server is */
export async function admit(open: () => Promise<Ward>, options: object = {}): Promise<ServerPatient> {
  const ward = await open();
  const wire = await TcpProxy.to(ward.server.port);
  const warnings: unknown[] = [];
  const { backend, options: reach } = ward.describe(wire.port);
  const onBackgroundError = (error: unknown): void => void warnings.push(error);
  const storage = await openStorage({ backend, options: { ...reach, onBackgroundError, ...options } });
  return {
    storage,
    server: ward.server,
    wire,
    warnings,
    async discharge() {
      await storage.stop().catch(() => {});
      await wire.close();
      await ward.stop();
    },
  };
}
