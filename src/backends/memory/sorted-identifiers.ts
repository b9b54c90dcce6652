/** Identifiers a block holds at most; full, it becomes two. */
const BLOCK = 512;

/**
 * Identifiers in the order of `<`, each once, so that those with one prefix lie side by side: short sorted blocks in
 * a row, of which a change moves one.
 */
export class IdentifierOrder {
  readonly #blocks: string[][] = [];

  /** Takes one in; one that is there already stays. */
  add(identifier: string): void {
    const at = this.#blockOf(identifier);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([identifier]);
      return;
    }
    const index = firstFrom(block, identifier);
    if (block[index] === identifier) return;
    block.splice(index, 0, identifier);
    if (block.length > BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK / 2));
  }

  /** Lets one go; one that is not there is none. */
  delete(identifier: string): void {
    const at = this.#blockOf(identifier);
    const block = this.#blocks[at];
    const index = block === undefined ? 0 : firstFrom(block, identifier);
    if (block?.[index] !== identifier) return;
    block.splice(index, 1);
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /** Up to so many, in order, that start with `prefix` and come at or after `from`. */
  page(prefix: string, from: string, limit: number): string[] {
    const page: string[] = [];
    let at = this.#blockOf(from);
    let index = firstFrom(this.#blocks[at] ?? [], from);
    for (let block = this.#blocks[at]; block !== undefined; block = this.#blocks[(at += 1)]) {
      for (; index < block.length; index += 1) {
        const identifier = block[index] ?? '';
        if (!identifier.startsWith(prefix) || page.length === limit) return page;
        page.push(identifier);
      }
      index = 0;
    }
    return page;
  }

  /** The last block that starts at or before an identifier, else the first. */
  #blockOf(identifier: string): number {
    let low = 0;
    let high = this.#blocks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#blocks[middle]?.[0] ?? '') <= identifier) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** The index of the first in a block that is not before `identifier`. */
function firstFrom(block: readonly string[], identifier: string): number {
  let low = 0;
  let high = block.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((block[middle] ?? '') < identifier) low = middle + 1;
    else high = middle;
  }
  return low;
}
