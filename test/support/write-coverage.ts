// Measures which files of the built package execute code during one `setState`.
import { join } from 'node:path';
import { ROOT } from './package-layout.js';
import { runWell } from './package-process.js';

/** A storage to measure: its entry, its class and its options. */
export interface MeasuredStorage {
  readonly entry: string;
  readonly className: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * Runs in a process without jest, over `dist`, whose files correspond one to one to those of `src`. Coverage starts after
 * a first write, so that importing, connecting and preparing statements do not count.
 */
const PROGRAM = `
  import { Session } from 'node:inspector/promises';
  const { entry, className, options } = JSON.parse(process.env.MEASURED_STORAGE);
  const storage = new (await import(entry))[className](options);
  await storage.start();
  const write = (n) => storage.setState('chat:42', { name: 'Order:cart', data: { items: [n] } }, { ttl: 60 });
  await write(1);
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await write(2);
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  await storage.stop();
  const executed = result.filter(({ functions }) => functions.some(({ ranges }) => ranges[0].count > 0));
  console.log(JSON.stringify(executed.map(({ url }) => url)));
  process.exit(0);
`;

/** The files, relative to `dist` and without extension, in alphabetical order. */
export async function filesOfAWrite(storage: MeasuredStorage): Promise<readonly string[]> {
  const args = ['--input-type=module', '--eval', PROGRAM];
  const env = { MEASURED_STORAGE: JSON.stringify(storage) };
  const printed = await runWell(process.execPath, args, { cwd: join(ROOT, 'test'), env });
  const urls = JSON.parse(printed) as readonly string[];
  const dist = `${ROOT}/dist/`;
  return urls
    .filter((url) => url.includes(dist))
    .map((url) => url.slice(url.indexOf(dist) + dist.length).replace(/\.js$/, ''))
    .sort();
}
