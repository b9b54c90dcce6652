import type { StateDocument, StorableState } from '../../../../src/contract/state-document.js';
import { type Cart, cart, type Item, type Order, type Paid, storage, type Tree, tree } from './states.js';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
/** Compiles only if both types are the same. */
declare function expectType<Expected>(): <Actual>(actual: Actual, same: Same<Actual, Expected>) => void;

export async function read(): Promise<void> {
  expectType<StateDocument | null>()(await storage.getState('x'), true);
  expectType<Cart | null>()(await storage.getState<Cart>('x'), true);
  expectType<Order | null>()(await storage.getState<Order>('x'), true);
  expectType<Cart | Paid | null>()(await storage.getState<Cart | Paid>('x'), true);
  expectType<Tree | null>()(await storage.getState<Tree>('x'), true);
  await storage.getState<Record<string, unknown>>('x');
  await storage.getState<{ name: string; data: { readonly items: Item[] } }>('x');
  await storage.getState<Partial<Cart>>('x');
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- apps use it
  await storage.getState<any>('x');
  expectType<(StateDocument | null)[]>()(await storage.getStates(['x']), true);
  expectType<(Cart | null)[]>()(await storage.getStates<Cart>(['x']), true);
}

export async function write(document: StateDocument, order: Order, maybe: Cart | null): Promise<void> {
  await storage.setState('x', cart, { ttl: 60 });
  await storage.setState<Cart>('x', cart);
  await storage.setState('x', order);
  await storage.setState('x', tree);
  await storage.setState('x', document);
  await storage.setState('x', {});
  await storage.setState('x', { name: 'Order:cart', data: { items: [1, 'a', null], left: undefined } });
  await storage.compareAndSet('x', cart);
  await storage.compareAndSet('x', cart, { expected: null });
  await storage.compareAndSet('x', cart, { expected: maybe, ttl: 'keep' });
  await storage.compareAndSet<Cart>('x', cart, { expected: cart });
  await storage.compareAndSet<Paid, Cart>('x', { name: 'Order:paid', at: 1 }, { expected: cart });
  await storage.compareAndSet('x', { name: 'Order:paid', at: 1 }, { expected: cart });
  await storage.compareAndSet('x', { ...document, name: 'Order:paid' }, { expected: document });
}

export async function update(): Promise<void> {
  const updated = await storage.update<Cart>('x', (current) => (current === null ? cart : { ...current, items: [] }));
  expectType<Cart | null>()(updated, true);
  const annotated = await storage.update('x', (current: Cart | null) => current ?? cart);
  expectType<Cart | null>()(annotated, true);
  const written = await storage.update('x', () => cart);
  expectType<Cart | null>()(written, true);
  await storage.update('x', (current) => {
    expectType<StateDocument | null>()(current, true);
    return { ...current, visits: 1 };
  });
  await storage.update<{ visits: number }>('x', (current) => ({ visits: (current?.visits ?? 0) + 1 }));
  await storage.update('x', () => null);
}

export class Documents<T extends StateDocument> {
  find(identifier: string): Promise<T | null> {
    return storage.getState<T>(identifier);
  }

  save(identifier: string, state: T): Promise<void> {
    return storage.setState(identifier, state);
  }

  change(identifier: string, change: (current: T | null) => T): Promise<T | null> {
    return storage.update<T>(identifier, change);
  }
}

export class Repository<T extends StorableState<T>> {
  find(identifier: string): Promise<T | null> {
    return storage.getState<T>(identifier);
  }

  save(identifier: string, state: T, expected: T | null): Promise<boolean> {
    return storage.compareAndSet(identifier, state, { expected });
  }
}

export const carts = new Repository<Cart>();
