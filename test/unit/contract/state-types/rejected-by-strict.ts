// Rejected only with `strictNullChecks`: without it null and undefined are values of every type.
import { storage } from './states.js';

export async function writeNothing(): Promise<void> {
  // @ts-expect-error null
  await storage.setState('x', null);
  // @ts-expect-error undefined
  await storage.setState('x', undefined);
  // @ts-expect-error undefined in an array
  await storage.setState('x', { list: ['a', undefined] });
  // @ts-expect-error undefined in an array
  await storage.getState<{ list: (string | undefined)[] }>('x');
  // @ts-expect-error unknown, which may be a text
  await storage.getState<unknown>('x');
}
