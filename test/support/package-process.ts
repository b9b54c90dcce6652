// Programs that tests of the package run, and the folders they run in.
import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** How a program ended. */
export interface Ended {
  /** The exit code; null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** Milliseconds until it is killed. */
  readonly timeout?: number;
  /** Environment variables in addition to those of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, whatever the end. */
export function run(
  command: string,
  args: readonly string[],
  { cwd, timeout = 60_000, env }: RunOptions,
): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd, timeout, env: { ...cleanEnvironment(), ...env }, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile(command, args, options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
  });
}

/** Runs a program that must succeed and returns what it printed. */
export async function runWell(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  const { code, stdout, stderr } = await run(command, args, options);
  if (code === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${stdout}\n${stderr}`);
}

/** Runs a program text with node in a folder; must succeed; returns what it printed. */
export function runScript(folder: string, name: string, text: string): Promise<string> {
  writeFileSync(join(folder, name), text);
  return runWell(process.execPath, [name], { cwd: folder });
}

/** A new folder outside the repository. */
export function createFolder(purpose: string): string {
  return realpathSync(mkdtempSync(join(tmpdir(), `nestjs-fsm-storage-${purpose}-`)));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** Without what npm and jest add for their own children: a consumer's npm and node know nothing of them. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const ours = /^(npm_|NODE_OPTIONS$|NODE_ENV$|JEST_|INIT_CWD$)/i;
  const isKept = ([name]: [string, unknown]): boolean =>
    !ours.test(name) || /^npm_config_(registry|cache)$/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(isKept));
}
