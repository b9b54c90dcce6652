const SHARDS = 64;
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/**
 * A set of many texts that never blocks the event loop for long: V8 moves all members of a `Set` at once when it grows, which
 * takes tens of milliseconds for a million. Here only one of many small sets grows at a time.
 */
export class ShardedSet {
  readonly #shards = Array.from({ length: SHARDS }, () => new Set<string>());

  /** Returns false if the text is a member already. */
  add(text: string): boolean {
    const shard = this.#shards[hashOf(text) & (SHARDS - 1)];
    const size = shard?.size;
    return shard?.add(text).size !== size;
  }
}

/** FNV-1a over the UTF-16 units: spreads texts that differ in a few characters only. */
function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), FNV_PRIME);
  return hash;
}
