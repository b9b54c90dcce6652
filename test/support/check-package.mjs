// Checks the packed package. Packed into a folder of its own: `attw --pack` removes what lay beside it under that name.
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
