import { afterWhatHasCome } from '../../storage/next-turn.js';

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
