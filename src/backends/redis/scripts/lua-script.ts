import { createHash } from 'node:crypto';

/** A Lua script and the name under which the server caches it. */
export interface RedisScript {
  readonly lua: string;
  /** SHA-1 of `lua` in hexadecimal. */
  readonly sha1: string;
}

/** What Lua does to one entry: as a script for one entry, or as one row of a batch (`batch.lua.ts`). */
export interface LuaVerb {
  /** Identifies the verb in a batch. */
  readonly name: string;
  /** The names of the Lua function's parameters after `key` and `deadline`. */
  readonly parameters: readonly string[];
  /**
   * The body of the Lua function. It calls Redis with `redis.pcall` and returns the error, if any, so that an error in one
   * row of a batch never ends the other rows.
   */
  readonly body: string;
  /**
   * The verb as a script for one entry.
   *
   * KEYS[1]: `key`
   * ARGV[1]: `deadline`; ARGV[2], ARGV[3]: the other parameters
   */
  readonly script: RedisScript;
}

/** Creates a script that is sent as it is. */
export function createScript(lua: string): RedisScript {
  return { lua, sha1: createHash('sha1').update(lua).digest('hex') };
}

/** Creates a verb from the body of a Lua function of `key`, `deadline` and at most two more parameters. */
export function createVerb(name: string, parameters: readonly string[], body: string): LuaVerb {
  const names = ['key', 'deadline', ...parameters];
  const values = ['KEYS[1]', ...names.slice(1).map((_, index) => `ARGV[${index + 1}]`)];
  return { name, parameters, body, script: createScript(`local ${names.join(', ')} = ${values.join(', ')}\n${body}`) };
}
