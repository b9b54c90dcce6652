import { performance } from 'node:perf_hooks';

const TICK_MS = 1;

/**
 * Watches how long the event loop lets a timer wait. Not `monitorEventLoopDelay`: it leaves out its first interval,
 * and so an operation that blocks from the first moment on.
 * @returns {() => number} stops watching and answers the longest delay in ms
 */
export function watchLoopDelay() {
  let lastTick = performance.now();
  let longest = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - lastTick);
    lastTick = now;
  }, TICK_MS);
  return () => {
    clearInterval(timer);
    return Math.max(0, longest - TICK_MS, performance.now() - lastTick - TICK_MS);
  };
}
