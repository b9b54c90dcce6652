/** The longest a timer of Node can wait, in milliseconds. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Waits for work no longer than `limitMs`; late work goes on unheard. */
export async function within<T>(limitMs: number, work: Promise<T>, tooLate: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      afterWhatHasCome(() => reject(tooLate())),
      limitMs,
    );
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

/**
 * For the timer of a time limit: what came in while this process was too busy to look is looked at before `giveUp` is
 * called. An overdue timer comes first otherwise, and gives up what is already there.
 */
export function afterWhatHasCome(giveUp: () => void): () => void {
  return () => void setImmediate(giveUp);
}
