import { TcpProxy } from './tcp-proxy.js';

/** A proxy to each of several servers; every method acts on all of them. */
export class TcpProxies {
  readonly #proxies: ReadonlyMap<number, TcpProxy>;

  private constructor(proxies: ReadonlyMap<number, TcpProxy>) {
    this.#proxies = proxies;
  }

  static async to(ports: readonly number[]): Promise<TcpProxies> {
    const joined = ports.map(async (port) => [port, await TcpProxy.to(port)] as const);
    return new TcpProxies(new Map(await Promise.all(joined)));
  }

  /** The `natMap` option of ioredis: maps the address of each server to its proxy. */
  get natMap(): Record<string, { host: string; port: number }> {
    const entries = [...this.#proxies].map(([port, proxy]) => [`127.0.0.1:${port}`, addressOf(proxy)] as const);
    return Object.fromEntries(entries);
  }

  loseReplies(): void {
    for (const proxy of this.#proxies.values()) proxy.loseReplies();
  }

  delay(milliseconds: number): void {
    for (const proxy of this.#proxies.values()) proxy.delay(milliseconds);
  }

  cut(): void {
    for (const proxy of this.#proxies.values()) proxy.cut();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#proxies.values()].map((proxy) => proxy.close()));
  }
}

function addressOf({ port }: TcpProxy): { host: string; port: number } {
  return { host: '127.0.0.1', port };
}
