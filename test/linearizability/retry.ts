const MOST_TRIES = 50;

/** The storages of histories have short time limits, which a busy machine can exceed although nothing is broken. */
export async function retry<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; tries < MOST_TRIES; tries += 1) {
    try {
      return await call();
    } catch {
      // The next call may be in time; the last failure is thrown.
    }
  }
  return call();
}
