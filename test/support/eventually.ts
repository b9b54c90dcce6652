import { setTimeout as pause } from 'node:timers/promises';

/** Polls until the condition is true, for changes that another process makes. */
export async function eventually(isSo: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It was still not so after ${withinMs} ms.`);
    await pause(5);
  }
}
