/** Sends the milliseconds from the process' first reading of the clock to now. */
export function report(/** @type {number} */ startedAt) {
  process.send?.(performance.now() - startedAt);
}
