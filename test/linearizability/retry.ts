const MOST_TRIES = 50;

/** The storages of histories have short time limits, which a machine with much to do may miss where nothing is broken. */
export async function retry<Answer>(call: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; tries < MOST_TRIES; tries += 1) {
    try {
      return await call();
    } catch {
      // It may be in time now; the last failure is told.
    }
  }
  return call();
}
