import { Session } from 'node:inspector/promises';

/**
 * Runs a function and returns how often the most frequent block of code in the given sources was entered: the number of steps of
 * its longest loop. V8 counts them exactly, so the result does not depend on the machine.
 * @param sources - part of the path of the files to count
 */
export async function countSteps(sources: string, run: () => unknown): Promise<number> {
  const session = new Session();
  session.connect();
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
    run();
    const { result } = await session.post('Profiler.takePreciseCoverage');
    const functions = result.filter(({ url }) => url.includes(sources)).flatMap((script) => script.functions);
    return Math.max(0, ...functions.flatMap(({ ranges }) => ranges.map(({ count }) => count)));
  } finally {
    await session.post('Profiler.stopPreciseCoverage');
    session.disconnect();
  }
}
