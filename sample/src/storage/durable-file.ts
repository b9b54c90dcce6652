import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { hasErrorCode } from './error-code.js';

/**
 * One text on disk that is always complete: after a crash at any moment it is the old text or the new one, and an
 * acknowledged write survives, even a power loss.
 *
 * It has its own folder, `<folder>/entry.json`. So a half-written successor needs no cleanup (the next write overwrites
 * it, and removing the folder removes it). The names in the parent folder never change while texts are replaced, and a
 * listing of the parent folder relies on this.
 */
export class DurableFile {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The text, or undefined if there is none. */
  async read(): Promise<string | undefined> {
    try {
      return await readFile(this.#path, 'utf8');
    } catch (error) {
      if (hasErrorCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  /** Must not be called concurrently. */
  async replace(text: string): Promise<void> {
    const firstMade = await mkdir(this.#folder, { recursive: true });
    const successor = join(this.#folder, 'next.json');
    await writeToDisk(successor, text);
    await rename(successor, this.#path);
    await syncFolders(this.#folder, firstMade === undefined ? this.#folder : dirname(firstMade));
  }

  /** Must not be called concurrently. */
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

/** A name is on disk only when its parent folder is synced too, so this syncs from the innermost folder outwards. */
async function syncFolders(innermost: string, outermost: string): Promise<void> {
  await syncFolder(innermost);
  if (innermost !== outermost) await syncFolders(dirname(innermost), outermost);
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open folders; NTFS keeps its names in a journal.
  if (process.platform === 'win32') return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
