// Each line after a `@ts-expect-error` must not compile.
import { type Cart, type Paid, storage } from './states.js';

interface Dated {
  name: string;
  when: Date;
}

interface Marked {
  [key: symbol]: string;
}

class Basket {
  items: string[] = [];

  total(): number {
    return this.items.length;
  }
}

export async function readTypes(): Promise<void> {
  // @ts-expect-error a Date
  await storage.getState<Dated>('x');
  // @ts-expect-error a Date in an array in a union
  await storage.getState<Paid | { list: { at: number; when?: Date | null }[] }>('x');
  // @ts-expect-error a Map
  await storage.getState<{ map: Map<string, number> }>('x');
  // @ts-expect-error a Set
  await storage.getState<{ set: ReadonlySet<string> }>('x');
  // @ts-expect-error a bigint
  await storage.getState<{ amount: bigint }>('x');
  // @ts-expect-error a symbol
  await storage.getState<{ kind: symbol }>('x');
  // @ts-expect-error a key that is a symbol
  await storage.getState<Marked>('x');
  // @ts-expect-error an optional method
  await storage.getState<{ render?(): void }>('x');
  // @ts-expect-error a class with a method
  await storage.getState<Basket>('x');
  // @ts-expect-error bytes
  await storage.getState<{ bytes: Uint8Array }>('x');
  // @ts-expect-error a regular expression
  await storage.getState<{ pattern: RegExp }>('x');
  // @ts-expect-error a promise
  await storage.getState<{ pending: Promise<string> }>('x');
  // @ts-expect-error not an object
  await storage.getState<string>('x');
  // @ts-expect-error an array
  await storage.getState<Cart[]>('x');
  // @ts-expect-error a Date in the many
  await storage.getStates<Dated>(['x']);
}

export async function writeValues(amount: bigint): Promise<void> {
  // @ts-expect-error a Date
  await storage.setState('x', { when: new Date() });
  // @ts-expect-error a function
  await storage.setState('x', { deep: { list: [{ run: () => 1 }] } });
  // @ts-expect-error a bigint
  await storage.setState('x', { amounts: [amount] });
  // @ts-expect-error a Map
  await storage.setState('x', { map: new Map() });
  // @ts-expect-error a symbol
  await storage.setState('x', { kind: Symbol('kind') });
  // @ts-expect-error an array
  await storage.setState('x', [1]);
  // @ts-expect-error a text
  await storage.setState('x', 'text');
  // @ts-expect-error a Date
  await storage.setState('x', new Date());
  // @ts-expect-error a function
  await storage.setState('x', () => 1);
  // @ts-expect-error a promise
  await storage.setState('x', Promise.resolve({ name: 'Order:cart' }));
  // @ts-expect-error a class with a method
  await storage.setState('x', new Basket());
  // @ts-expect-error another type
  await storage.setState<Cart>('x', { name: 'Order:paid', when: new Date() });
  // @ts-expect-error a Date
  await storage.compareAndSet('x', { when: new Date() });
  // @ts-expect-error a Date
  await storage.compareAndSet('x', { name: 'Order:cart' }, { expected: { when: new Date() } });
  // @ts-expect-error a Date
  await storage.update('x', () => ({ when: new Date() }));
  // @ts-expect-error a Date
  await storage.update<Dated>('x', (current) => current);
  // @ts-expect-error a promise
  await storage.update('x', async () => ({ name: 'Order:cart' }));
}
