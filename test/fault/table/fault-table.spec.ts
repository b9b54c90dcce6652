import { describe, expect, it } from '@jest/globals';
import { CASES } from './fault-table.js';
import { LENGTHS } from './server-faults.js';

const SHORT_CASES = CASES.filter(({ takesLong = false }) => !takesLong);

describe.each(SHORT_CASES)('$fault: $engine', ({ bringAbout }) => {
  it('ER-4 is told with a typed error, and takes nothing that was acknowledged', async () => {
    const finding = await bringAbout(LENGTHS.quick);
    if (typeof finding === 'string') return expect(finding).toMatch(/^not run: needs root/);
    expect(finding).toMatchObject({ isBroken: false });
  });
});
