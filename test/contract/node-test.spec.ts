import { describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UNHANDLED_REJECTIONS } from './support/broken-drivers.js';

const REGISTER = new URL('../support/ts-register.mjs', import.meta.url).href;
const SUITE = fileURLToPath(new URL('./support/kit-on-node-test.ts', import.meta.url));

describe('the suite under node:test', () => {
  it.each(['the reference model', 'memory behind a faulty driver'])('passes on %s', async (backend) => {
    const { code, output } = await runSuite(backend);
    expect({ code, failed: failedTests(output) }).toEqual({ code: 0, failed: [] });
    expect(Number(/^# pass (\d+)$/m.exec(output)?.[1])).toBeGreaterThan(150);
  });

  // jest itself detects unhandled rejections, so only another runner can show that the suite detects them.
  it.each(UNHANDLED_REJECTIONS.map(({ name }) => name))('ER-5 detects a storage that %s', async (backend) => {
    const { code, output } = await runSuite(backend);
    expect(code).not.toBe(0);
    expect(failedTests(output)).toContainEqual(expect.stringMatching(/^ER-5 /));
  });
});

/** The titles of failed tests and chapters in TAP output; only test titles start with a rule. */
function failedTests(output: string): string[] {
  return [...output.matchAll(/not ok \d+ - (.*)/g)].map(([, title]) => title ?? '');
}

function runSuite(backend: string): Promise<{ readonly code: unknown; readonly output: string }> {
  const args = ['--no-warnings', '--import', REGISTER, '--test', '--test-reporter', 'tap', SUITE];
  const env = { ...process.env, FSM_KIT_BACKEND: backend };
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env, maxBuffer: 2 ** 26 }, (error, stdout) => {
      resolve({ code: error?.code ?? 0, output: stdout });
    });
  });
}
