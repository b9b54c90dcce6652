// Checks the packed package. It is packed into a separate folder: `attw --pack` removes a file of that name from the current folder.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'fsm-package-'));
const options = { stdio: 'inherit', shell: process.platform === 'win32' };
try {
  execFileSync('npm', ['pack', '--pack-destination', folder], options);
  const tarballs = readdirSync(folder).map((name) => join(folder, name));
  execFileSync('npx', ['publint', '--strict'], options);
  execFileSync('npx', ['attw', ...tarballs], options);
} finally {
  rmSync(folder, { recursive: true });
}
