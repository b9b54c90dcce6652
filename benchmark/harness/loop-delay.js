import { performance, PerformanceObserver } from 'node:perf_hooks';

const TICK_MS = 1;

/** Reports collections one or two turns after they took place. */
const collections = new PerformanceObserver((list) => remember(list.getEntries()));
collections.observe({ entryTypes: ['gc'] });
let watchedFrom = 0;
let longestCollection = 0;

/** @param {readonly { startTime: number, duration: number }[]} entries */
function remember(entries) {
  for (const { startTime, duration } of entries) {
    if (startTime >= watchedFrom) longestCollection = Math.max(longestCollection, duration);
  }
}

/**
 * Watches how late the event loop runs a timer. `monitorEventLoopDelay` does not work here: it omits its first interval,
 * and so an operation that blocks from the beginning.
 * @returns {() => Promise<{ loopDelay: number, collecting: number }>} stops watching and returns, in ms, the longest
 *   delay and the longest pause of the garbage collector, which may have caused the delay
 */
export function watchLoopDelay() {
  longestCollection = 0;
  watchedFrom = performance.now();
  let lastTick = watchedFrom;
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - lastTick);
    lastTick = now;
  }, TICK_MS);
  return async () => {
    clearInterval(timer);
    const loopDelay = Math.max(0, longest - TICK_MS, performance.now() - lastTick - TICK_MS);
    for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    return { loopDelay, collecting: longestCollection };
  };
}
