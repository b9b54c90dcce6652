import { createScript, type RedisScript } from './redis-script.js';

/** What Lua does to one entry: by itself, or as a row of a batch (`batch.lua.ts`). */
export interface LuaVerb {
  /** Names the verb in a batch. */
  readonly name: string;
  /**
   * The body of a function of `key`, `deadline`, `first` and `second`. It calls Redis by `pcall` and returns the error
   * where there is one, so that one row of a batch never ends the others.
   */
  readonly body: string;
  /**
   * The same for one entry.
   *
   * KEYS[1]: `key`
   * ARGV[1]: `deadline`; ARGV[2]: `first`; ARGV[3]: `second`
   */
  readonly alone: RedisScript;
}

export function createVerb(name: string, body: string): LuaVerb {
  const alone = createScript(`local key, deadline, first, second = KEYS[1], ARGV[1], ARGV[2], ARGV[3]\n${body}`);
  return { name, body, alone };
}
