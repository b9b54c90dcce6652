import { mkdir, mkdtemp, opendir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { JsonFileDriver } from '../../sample/src/storage/json-file.driver.js';
import { JsonFolder } from '../../sample/src/storage/json-folder.js';
import type { StorageKey } from '../../src/contract/storage-driver.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import type { ContractBackend, StorageHarness } from '../../src/testing/storage-harness.js';

/** The sample's own backend, a JSON file per key, as the contract suite takes it. */
export const sampleFileBackend: ContractBackend = { name: 'the sample’s JSON files', createHarness };

async function createHarness(): Promise<StorageHarness> {
  const home = await mkdtemp(join(tmpdir(), 'fsm-json-files-'));
  const folder = join(home, 'store');
  const clock = new FakeClock();
  // Opens the same folder, which one process may do twice, to find the file of each entry.
  const files = new JsonFolder(folder);
  await files.open();
  const pathOf = (key: StorageKey): string => join(files.fileOf(key), 'entry.json');

  return {
    createStorage: (options) => new FsmStorage(new JsonFileDriver({ folder }), { clock, ...options }),
    passTime: (milliseconds) => clock.advance(milliseconds),
    async writeRaw(key, text) {
      await mkdir(dirname(pathOf(key)), { recursive: true });
      await writeFile(
        pathOf(key),
        `{"identifier":${JSON.stringify(key.identifier)},"expiresAt":null,"value":${text}}\n`,
      );
    },
    readRaw: async (key) => readValue(pathOf(key)),
    countStored: (namespace) => countEntries(dirname(dirname(files.fileOf(keyIn(namespace))))),
    async interrupt() {
      const away = join(home, 'away');
      await rename(folder, away);
      // A file in the folder's place, so that a storage that starts meanwhile cannot make a new folder.
      await writeFile(folder, '');
      return async () => {
        await rm(folder);
        await rename(away, folder);
      };
    },
    async dispose() {
      await files.close();
      await rm(home, { recursive: true });
    },
  };
}

/** The value as it is spelled in the file. */
async function readValue(path: string): Promise<string | null> {
  try {
    const text = await readFile(path, 'utf8');
    return text.slice(text.indexOf('"value":') + '"value":'.length, -'}\n'.length);
  } catch {
    return null;
  }
}

function keyIn(namespace: string): StorageKey {
  return { namespace, kind: 'state', identifier: 'any' };
}

async function countEntries(namespaceFolder: string): Promise<number> {
  let count = 0;
  try {
    for await (const { name } of await opendir(namespaceFolder, { recursive: true })) {
      if (name === 'entry.json') count += 1;
    }
  } catch {
    // No entry was ever written there.
  }
  return count;
}
