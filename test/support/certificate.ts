import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { findServer } from './find-server.js';

const run = promisify(execFile);

/** A self-signed certificate. A client trusts it only if its authorities include `text`. */
export interface Certificate {
  /** PEM. */
  readonly text: string;
  readonly path: string;
  readonly keyPath: string;
  remove(): Promise<void>;
}

const OPENSSL = {
  program: 'openssl',
  variable: 'FSM_TEST_OPENSSL',
  folders: [],
  debian: 'openssl',
  elsewhere: 'macOS: brew install openssl',
};

/**
 * Creates a certificate for one host name.
 * @param owner - the account that may read the key if the tests run as root: the one that the server runs as
 */
export async function createCertificate(name: string, owner: string): Promise<Certificate> {
  const openssl = await findServer(OPENSSL);
  const folder = await mkdtemp(join(tmpdir(), 'fsm-certificate-'));
  const [path, keyPath] = [join(folder, 'certificate.pem'), join(folder, 'key.pem')];
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyPath];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`];
  await run(openssl, ['req', '-x509', '-days', '2', ...subject, ...key, '-out', path]);
  if (process.getuid?.() === 0) await run('chown', ['-R', owner, folder]);
  return {
    text: await readFile(path, 'utf8'),
    path,
    keyPath,
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
