import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrorCode } from './error-code.js';

/**
 * One text on disk that is always whole: after a crash at any moment it is the old one or the new one, and a write
 * that was acknowledged is there, power loss included.
 *
 * It lives in a folder of its own, `<folder>/entry.json`. So a half-written successor needs no cleaning up (the next
 * write overwrites it, removing the folder removes it), and the names in the folder above never change while texts are
 * replaced, which a listing of that folder relies on.
 */
export class DurableFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The text, or undefined where there is none. */
  async read(): Promise<string | undefined> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Not for two callers at once. */
  async replace(text: string): Promise<void> {
    const firstMade = await mkdir(this.#folder, { recursive: true });
    const successor = join(this.#folder, 'next.json');
    await writeToDisk(successor, text);
    await rename(successor, this.#path);
    await syncFolders(this.#folder, firstMade === undefined ? this.#folder : dirname(firstMade));
  }

  /** Not for two callers at once. */
  async remove(): Promise<void> {
    try {
      await rm(this.#folder, { recursive: true });
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return;
      throw error;
    }
    await syncFolder(dirname(this.#folder));
  }

  get #path(): string {
    return join(this.#folder, 'entry.json');
  }
}

async function writeToDisk(path: string, text: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A name is on disk only when the folder it stands in is: from the innermost outwards. */
async function syncFolders(innermost: string, outermost: string): Promise<void> {
  await syncFolder(innermost);
  if (innermost !== outermost) await syncFolders(dirname(innermost), outermost);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folders; NTFS keeps its names in a journal.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
