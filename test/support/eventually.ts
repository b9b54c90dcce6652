import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until the answer is yes: for what another process does in its own time. */
export async function eventually(isSo: () => Promise<boolean> | boolean, withinMs = 20_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`It was still not so after ${withinMs} ms.`);
    await pause(5);
  }
}
