import { createHash } from 'node:crypto';

/** A Lua script, and the name the server knows it by. */
export interface RedisScript {
  readonly lua: string;
  /** SHA-1 of `lua` in hexadecimal. */
  readonly sha1: string;
}

export function createScript(lua: string): RedisScript {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}
