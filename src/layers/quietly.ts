import { isPending } from '../contract/awaitable.js';

/**
 * Does what is told to others about a call, and ignores what goes wrong in it, now or later: the call itself went as it
 * went, and its caller has nothing to do with that (rule ER-5).
 */
export function quietly<T>(tell: () => T): T | undefined {
  try {
    const told = tell();
    if (isPending(told)) told.then(ignore, ignore);
    return told;
  } catch {
    return undefined;
  }
}

function ignore(): void {}
