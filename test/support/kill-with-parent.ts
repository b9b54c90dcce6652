import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Kills the server and removes its folder when this process ends, even by SIGKILL: the shell reads a pipe that the
 * kernel then closes. `kill` the returned process to cancel.
 */
export function killWithThisProcess(pid: number, folder: string): ChildProcess {
  const watchdog = spawn('/bin/sh', ['-c', 'cat > /dev/null; kill -KILL "$1"; rm -rf "$2"', 'sh', `${pid}`, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  watchdog.unref();
  watchdog.stdin?.on('error', () => {});
  if (watchdog.stdin !== null && 'unref' in watchdog.stdin) (watchdog.stdin as unknown as { unref(): void }).unref();
  return watchdog;
}
