import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StorageUnavailableError } from '../../../errors/backend-errors.js';
import { errorCode } from '../../../toolkit/properties.js';

/**
 * Remembers which file a path led to. A file that was deleted or replaced while it is open keeps answering, and what
 * is written to it is gone with the last process that has it open: only the path can tell.
 */
export class DatabaseFile {
  readonly path: string;
  #opened: BigIntStats | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async exists(): Promise<boolean> {
    return (await this.#stat()) !== undefined;
  }

  /** Call when the file has just been opened. */
  async remember(): Promise<void> {
    this.#opened = await this.#stat();
  }

  /** @throws StorageUnavailableError when the path no longer leads to the file that was opened */
  async assertSame(): Promise<void> {
    const found = await this.#stat();
    if (found !== undefined && found.ino === this.#opened?.ino && found.dev === this.#opened.dev) return;
    throw new StorageUnavailableError(
      `${this.path}: the file was deleted or replaced while it was open; stop and start the storage.`,
      { outcome: 'not-applied' },
    );
  }

  async #stat(): Promise<BigIntStats | undefined> {
    try {
      return await stat(this.path, { bigint: true });
    } catch (error) {
      const code = errorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw error;
    }
  }
}
