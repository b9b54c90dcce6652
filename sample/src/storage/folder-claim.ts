import { access, mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StorageUnavailableError } from 'nestjs-fsm-storage';
import { hasErrorCode } from './error-code.js';
import { KeyedQueue } from './keyed-queue.js';

/** The number of open claims of this process on a folder. */
const openClaims = new Map<string, number>();
const claiming = new KeyedQueue();
const CLAIM = /^owner\.(?<pid>\d+)$/;

/**
 * Reserves a folder for this process. Writes are ordered only inside a process, so a second process would lose updates;
 * its claim is rejected instead. Several claims of one process share the folder.
 *
 * A claim is the file `owner.<pid>`. Each process first writes its own file and then looks for others, so of two
 * concurrent processes at least one sees the other. The claim of a dead process (kill -9) does not count.
 */
export class FolderClaim {
  /** The real path of the folder, with symbolic links resolved. */
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /**
   * Makes the folder where there is none, and claims it.
   * @throws StorageUnavailableError when another living process owns it
   */
  static async take(folder: string): Promise<FolderClaim> {
    await mkdir(folder, { recursive: true });
    const claim = new FolderClaim(await realpath(folder));
    await claiming.run(claim.folder, () => claim.#take());
    return claim;
  }

  /** @throws Error if the folder is gone, e.g. unmounted: otherwise every file would look like "not found" */
  async assertHeld(): Promise<void> {
    await access(this.#path);
  }

  async release(): Promise<void> {
    await claiming.run(this.folder, () => this.#release());
  }

  get #path(): string {
    return join(this.folder, `owner.${process.pid}`);
  }

  async #take(): Promise<void> {
    const others = openClaims.get(this.folder) ?? 0;
    openClaims.set(this.folder, others + 1);
    if (others > 0) return;
    try {
      await writeFile(this.#path, '');
      await this.#refuseOtherOwners();
    } catch (error) {
      await this.#release();
      throw error;
    }
  }

  async #refuseOtherOwners(): Promise<void> {
    for (const name of await readdir(this.folder)) {
      const pid = Number(CLAIM.exec(name)?.groups?.['pid'] ?? process.pid);
      if (pid === process.pid) continue;
      if (isAlive(pid)) refuse(this.folder, pid);
      await rm(join(this.folder, name), { force: true });
    }
  }

  async #release(): Promise<void> {
    const left = (openClaims.get(this.folder) ?? 1) - 1;
    if (left > 0) {
      openClaims.set(this.folder, left);
      return;
    }
    openClaims.delete(this.folder);
    await rm(this.#path, { force: true });
  }
}

function refuse(folder: string, pid: number): never {
  throw new StorageUnavailableError(
    `The folder ${folder} belongs to process ${pid}. Stop that process, or give this one another folder; ` +
      `if ${pid} is now another program, remove the file owner.${pid} in it.`,
    { outcome: 'not-applied' },
  );
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: the process is alive and belongs to another user.
    return hasErrorCode(error, 'EPERM');
  }
}
