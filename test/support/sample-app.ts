import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../sample/dist/main.js', import.meta.url));

/** Variables of the sample's environment. */
export type SampleEnvironment = Readonly<Record<string, string>>;

/** What came back over HTTP; the body parsed. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

/** How a process ended, and all it said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** The sample in a separate process, as `npm start` runs it. */
export class SampleApp {
  readonly #process: SampleProcess;
  readonly url: string;

  private constructor(process: SampleProcess, url: string) {
    this.#process = process;
    this.url = url;
  }

  /** Starts it on a free port and waits until it listens. */
  static async start(environment: SampleEnvironment): Promise<SampleApp> {
    const process = new SampleProcess({ PORT: '0', ...environment });
    const url = await process.findInOutput(/Listening on (?<found>http:\S+),/);
    return new SampleApp(process, url);
  }

  /** Runs one that is expected to end by itself. */
  static async run(environment: SampleEnvironment): Promise<Ending> {
    return new SampleProcess({ PORT: '0', ...environment }).ended;
  }

  say(chatId: string, text: string): Promise<HttpAnswer> {
    return this.post(`/chats/${encodeURIComponent(chatId)}/messages`, JSON.stringify({ text }));
  }

  post(path: string, body: string, contentType = 'application/json'): Promise<HttpAnswer> {
    return this.#fetch(path, { method: 'POST', body, headers: { 'content-type': contentType } });
  }

  get(path: string): Promise<HttpAnswer> {
    return this.#fetch(path, {});
  }

  /** As `kill -9` does. */
  kill(): Promise<Ending> {
    return this.#process.signal('SIGKILL');
  }

  /** As an orchestrator does. */
  terminate(): Promise<Ending> {
    return this.#process.signal('SIGTERM');
  }

  async #fetch(path: string, request: RequestInit): Promise<HttpAnswer> {
    const response = await fetch(this.url + path, { ...request, signal: AbortSignal.timeout(20_000) });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
}

class SampleProcess {
  readonly #child: ChildProcess;
  #output = '';
  readonly ended: Promise<Ending>;

  constructor(environment: SampleEnvironment) {
    const inherited = { PATH: process.env['PATH'] ?? '', NO_COLOR: '1' };
    this.#child = spawn(process.execPath, [MAIN], { env: { ...inherited, ...environment }, stdio: 'pipe' });
    this.#child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#output += chunk.toString()));
    this.ended = once(this.#child, 'close').then(() => ({
      code: this.#child.exitCode,
      signal: this.#child.signalCode,
      output: this.#output,
    }));
    running.add(this);
    void this.ended.then(() => running.delete(this));
  }

  /** The first match of the group `found` in what it says. */
  async findInOutput(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = pattern.exec(this.#output)?.groups?.['found'];
      if (found !== undefined) return found;
      const ending = await Promise.race([once(this.#child.stdout ?? this.#child, 'data'), this.ended]);
      if ('output' in ending)
        throw new Error(`The sample ended with ${ending.code ?? ending.signal}:\n${ending.output}`);
    }
  }

  signal(signal: NodeJS.Signals): Promise<Ending> {
    this.#child.kill(signal);
    return this.ended;
  }
}

const running = new Set<SampleProcess>();

/** Ends what a test has left running. */
export async function killSampleApps(): Promise<void> {
  await Promise.all([...running].map((sample) => sample.signal('SIGKILL')));
}

/** Creates a data folder; `remove` it when no sample uses it any more. */
export async function createDataFolder(): Promise<{ readonly path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'fsm-sample-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Asks again and again until the answer is as expected; the test's own time-out ends what never is. */
export async function pollUntil<T>(ask: () => Promise<T>, isExpected: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isExpected(answer)) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
