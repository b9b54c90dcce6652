import { describe, expect, it } from '@jest/globals';
import { CASES } from './fault-table.js';
import { LENGTHS } from './server-faults.js';

const SHORT_CASES = CASES.filter(({ takesLong = false }) => !takesLong);

describe.each(SHORT_CASES)('$fault: $engine', ({ run }) => {
  it('ER-4 fails calls with a typed error and loses no acknowledged write', async () => {
    const finding = await run(LENGTHS.quick);
    if (typeof finding === 'string') return expect(finding).toMatch(/^not run: needs root/);
    expect(finding).toMatchObject({ isBroken: false });
  });
});
