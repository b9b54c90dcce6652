import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { compileTypes } from '../../support/compile-types.js';
import { ROOT } from '../../support/package-layout.js';

const FOLDER = join(ROOT, 'test/unit/nest/option-types');

describe('the types of the options', () => {
  it.each([
    ['strict and exactOptionalPropertyTypes', { exactOptionalPropertyTypes: true }],
    ['strict', { exactOptionalPropertyTypes: false }],
  ])('accept what is read from the environment, and check what is written out, with %s', (_name, options) => {
    expect(compileTypes(FOLDER, ['options.ts'], options)).toEqual([]);
  });
});
