/** Sends the milliseconds from the process' own look at the clock to now. */
export function report(/** @type {number} */ startedAt) {
  process.send?.(performance.now() - startedAt);
}
