import type { Cluster, Redis } from 'ioredis';

/** A master, and what it reports about itself. */
export interface MasterView {
  readonly id: string;
  readonly master: Redis;
  /** The first and last slot of each range that it serves. */
  readonly ranges: readonly (readonly [first: number, last: number])[];
  /** The slots that are migrating from this master, and the ids of the masters that they migrate to. */
  readonly migrating: ReadonlyMap<number, string>;
}

const SLOTS = 16_384;

/** Which master serves which slots of a cluster at one moment, as the masters report it. */
export class ClusterTopology {
  readonly masters: readonly MasterView[];
  readonly #ownerOf: readonly (string | undefined)[];
  readonly #migrating: ReadonlyMap<number, string>;

  constructor(masters: readonly MasterView[]) {
    this.masters = masters;
    const ownerOf = new Array<string | undefined>(SLOTS).fill(undefined);
    for (const { id, ranges } of masters) for (const [first, last] of ranges) ownerOf.fill(id, first, last + 1);
    this.#ownerOf = ownerOf;
    this.#migrating = new Map(masters.flatMap(({ migrating }) => [...migrating]));
  }

  /** Whether one of these masters serves each slot. */
  get hasAllSlots(): boolean {
    return !this.#ownerOf.includes(undefined);
  }

  /** Whether every key of the cluster is stored on one of these masters. */
  get isWhole(): boolean {
    const ids = new Set(this.masters.map(({ id }) => id));
    return this.hasAllSlots && [...this.#migrating.values()].every((id) => ids.has(id));
  }

  /**
   * All masters; the source of a migrating slot comes before its target, so that a scan in this order finds a key that moves
   * meanwhile on one of the two. A master that is a source and a target comes twice.
   */
  inMigrationOrder(): MasterView[] {
    const targets = new Set(this.#migrating.values());
    const sources = this.masters.filter(({ migrating }) => migrating.size > 0);
    return [...sources, ...this.masters.filter(({ id, migrating }) => migrating.size === 0 || targets.has(id))];
  }

  /**
   * The masters that may store keys which a scan of `earlier` in its migration order has missed, in migration order. These
   * are the masters of every slot that changed since, unless the slot arrived at the master that it was migrating to.
   */
  changedSince(earlier: ClusterTopology): MasterView[] {
    const touched = new Set<string | undefined>();
    for (const [slot, owner] of this.#ownerOf.entries()) {
      const target = this.#migrating.get(slot);
      const earlierTarget = earlier.#migrating.get(slot);
      const isUnchanged = owner === earlier.#ownerOf[slot] && target === earlierTarget;
      const hasArrived = owner === earlierTarget && target === undefined;
      if (!isUnchanged && !hasArrived) touched.add(owner).add(target).add(earlierTarget);
    }
    return this.inMigrationOrder().filter(({ id }) => touched.has(id));
  }
}

/** Asks every master that ioredis knows. Leaves out a server that reports that it has become a replica. */
export async function readTopology(cluster: Cluster): Promise<ClusterTopology> {
  const views = await Promise.all(cluster.nodes('master').map(viewOf));
  return new ClusterTopology(views.filter((view) => view !== undefined));
}

/** Reads the line of CLUSTER NODES in which a server describes itself. undefined: it is not a master. */
export async function viewOf(master: Redis): Promise<MasterView | undefined> {
  const lines = String(await master.call('cluster', 'nodes')).split('\n');
  const own = lines.find((line) => line.includes('myself')) ?? '';
  const [id = '', , flags = '', , , , , , ...slots] = own.trim().split(' ');
  if (!flags.split(',').includes('master')) return undefined;
  return { id, master, ranges: slots.flatMap(toRange), migrating: new Map(slots.flatMap(toMigration)) };
}

/** `0-5460` or `7`. */
function toRange(text: string): [number, number][] {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  return first === undefined ? [] : [[Number(first), Number(last)]];
}

/** `[93->-<id>]`. */
function toMigration(text: string): [number, string][] {
  const [, slot, to] = /^\[(\d+)->-(\w+)\]$/.exec(text) ?? [];
  return slot === undefined || to === undefined ? [] : [[Number(slot), to]];
}
