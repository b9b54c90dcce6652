import { describe, expect, it } from '@jest/globals';
import { isInRange } from '../../../src/toolkit/peer-version.js';

describe('isInRange', () => {
  it.each([
    ['8.5.1', '^8.5.1'],
    ['8.23.0', '^8.5.1'],
    ['0.3.31', '^0.3.28 || ^1.0.0'],
    ['1.1.1', '^0.3.28 || ^1.0.0'],
    ['12.0.0', '^12.0.0 || ^11.0.0'],
    ['11.9.1', '^12.0.0 || ^11.0.0'],
    ['6.1.0-beta.2', '^6.0.0'],
  ])('accepts %s in %s', (version, range) => {
    expect(isInRange(version, range)).toBe(true);
  });

  it.each([
    ['8.5.0', '^8.5.1'],
    ['8.4.9', '^8.5.1'],
    ['9.0.0', '^8.5.1'],
    ['0.3.27', '^0.3.28 || ^1.0.0'],
    ['0.4.0', '^0.3.28 || ^1.0.0'],
    ['2.0.0', '^0.3.28 || ^1.0.0'],
    ['10.2.3', '^12.0.0 || ^11.0.0'],
    ['unknown', '^6.0.0'],
  ])('rejects %s in %s', (version, range) => {
    expect(isInRange(version, range)).toBe(false);
  });
});
