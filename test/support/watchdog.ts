import { type ChildProcess, spawn } from 'node:child_process';

/** Ends the server and its folder when this process is gone, even by SIGKILL: a pipe that breaks needs no handler. */
export function watchOver(pid: number, folder: string): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', 'cat > /dev/null; kill -KILL "$1"; rm -rf "$2"', 'sh', `${pid}`, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  watchdog.stdin?.on('error', () => {});
  if (watchdog.stdin !== null && 'unref' in watchdog.stdin) (watchdog.stdin as unknown as { unref(): void }).unref();
  return watchdog;
}
