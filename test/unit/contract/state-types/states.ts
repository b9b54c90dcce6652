// The shapes of states that apps write. The fixtures in this folder are compiled, never run.
import type { BaseStorage } from '../../../../src/contract/base-storage.js';

export declare const storage: BaseStorage;

export interface Item {
  readonly sku: string;
  readonly count: number;
  readonly note?: string;
}

export interface Cart {
  name: 'Order:cart';
  items: Item[];
  coupon?: string | undefined;
  owner: { readonly id: string; readonly position: [number, number] } | null;
  payload: unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what JSON.parse returns
  parsed: any;
  extras: Record<string, unknown>;
  tags: readonly string[];
}

export interface Paid {
  name: 'Order:paid';
  at: number;
}

export class Order {
  readonly items: Item[] = [];

  constructor(
    readonly id: string,
    private readonly secret = '',
  ) {}

  get size(): number {
    return this.items.length + this.secret.length;
  }
}

export interface Tree {
  readonly label: string;
  readonly children: readonly Tree[];
  readonly parent?: Tree;
}

export declare const cart: Cart;
export declare const tree: Tree;
