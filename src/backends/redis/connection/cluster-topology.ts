import type { Cluster, Redis } from 'ioredis';

/** A master, and what it says of itself. */
export interface MasterView {
  readonly id: string;
  readonly master: Redis;
  /** First and last slot of each range it holds. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** The slots whose keys are on their way from here, and the ids of the masters they go to. */
  readonly leaving: ReadonlyMap<number, string>;
}

const SLOTS = 16_384;

/** Who holds which slots of a cluster, at one moment and by the masters' own word. */
export class ClusterTopology {
  readonly masters: readonly MasterView[];
  readonly #ownerOf: readonly (string | undefined)[];
  readonly #leaving: ReadonlyMap<number, string>;

  constructor(masters: readonly MasterView[]) {
    this.masters = masters;
    const ownerOf = new Array<string | undefined>(SLOTS).fill(undefined);
    for (const { id, ranges } of masters) for (const [first, last] of ranges) ownerOf.fill(id, first, last + 1);
    this.#ownerOf = ownerOf;
    this.#leaving = new Map(masters.flatMap(({ leaving }) => [...leaving]));
  }

  /** Whether every slot has one of these masters. */
  get hasAllSlots(): boolean {
    return !this.#ownerOf.includes(undefined);
  }

  /** Whether every key of the cluster is at one of these masters. */
  get isWhole(): boolean {
    const ids = new Set(this.masters.map(({ id }) => id));
    return this.hasAllSlots && [...this.#leaving.values()].every((id) => ids.has(id));
  }

  /**
   * All masters; who gives slots away comes before who takes them, so that a key that moves meanwhile is met at one of the
   * two. Who does both comes twice.
   */
  inMigrationOrder(): MasterView[] {
    const takers = new Set(this.#leaving.values());
    const givers = this.masters.filter(({ leaving }) => leaving.size > 0);
    return [...givers, ...this.masters.filter(({ id, leaving }) => leaving.size === 0 || takers.has(id))];
  }

  /**
   * The masters at which there may be keys that a look in `earlier`'s order of moves has missed, in order of moves: those
   * of every slot that did anything else than to arrive where it was on its way to.
   */
  changedSince(earlier: ClusterTopology): MasterView[] {
    const touched = new Set<string | undefined>();
    for (const [slot, owner] of this.#ownerOf.entries()) {
      const goesTo = this.#leaving.get(slot);
      const wentTo = earlier.#leaving.get(slot);
      const hasStayed = owner === earlier.#ownerOf[slot] && goesTo === wentTo;
      const hasArrived = owner === wentTo && goesTo === undefined;
      if (!hasStayed && !hasArrived) touched.add(owner).add(goesTo).add(wentTo);
    }
    return this.inMigrationOrder().filter(({ id }) => touched.has(id));
  }
}

/** Asks every master that ioredis knows. A server that has become a replica says so, and is left out. */
export async function readTopology(cluster: Cluster): Promise<ClusterTopology> {
  const views = await Promise.all(cluster.nodes('master').map(viewOf));
  return new ClusterTopology(views.filter((view) => view !== undefined));
}

/** Reads the line of CLUSTER NODES in which a server speaks of itself. */
async function viewOf(master: Redis): Promise<MasterView | undefined> {
  const lines = String(await master.call('cluster', 'nodes')).split('\n');
  const own = lines.find((line) => line.includes('myself')) ?? '';
  const [id = '', , flags = '', , , , , , ...words] = own.trim().split(' ');
  if (!flags.split(',').includes('master')) return undefined;
  return { id, master, ranges: words.flatMap(toRange), leaving: new Map(words.flatMap(toMove)) };
}

/** `0-5460` or `7`. */
function toRange(word: string): [number, number][] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  return first === undefined ? [] : [[Number(first), Number(last)]];
}

/** `[93->-<id>]`. */
function toMove(word: string): [number, string][] {
  const [, slot, to] = /^\[(\d+)->-(\w+)\]$/.exec(word) ?? [];
  return slot === undefined || to === undefined ? [] : [[Number(slot), to]];
}
