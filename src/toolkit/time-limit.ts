/** The longest delay of a Node timer, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Rejects with `createError()` if the work takes longer than `limitMs`. The work itself goes on; its result is ignored. */
export async function within<T>(limitMs: number, work: Promise<T>, createError: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    const expire = afterPendingInput(() => reject(createError()));
    timer = setTimeout(expire, limitMs);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/** Whether the work succeeds within `limitMs`. Never rejects. */
export function resolvesWithin(limitMs: number, work: () => Promise<unknown>): Promise<boolean> {
  return within(limitMs, work(), () => new Error(`not done within ${limitMs} ms`)).then(
    () => true,
    () => false,
  );
}

/**
 * Wraps the callback of a time limit so that it runs after all input that has already arrived. After the process was
 * busy for a while, an overdue timer fires before the sockets are read, and would time out a reply that is there.
 */
export function afterPendingInput(expire: () => void): () => void {
  return () => void setImmediate(expire);
}
