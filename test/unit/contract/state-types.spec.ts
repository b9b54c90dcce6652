import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { compileTypes } from '../../support/compile-types.js';
import { ROOT } from '../../support/package-layout.js';

const FOLDER = join(ROOT, 'test/unit/contract/state-types');
const FIXTURES = ['accepted.ts', 'rejected.ts', 'rejected-by-strict.ts'];

const WRONG_STATEMENTS = `import { storage } from './states.js';
  interface Dated { name: string; when: Date }
  interface Nested { steps: { run: () => void }[] }
  void storage.getState<Dated>('x');
  void storage.getState<Nested>('x');
  void storage.setState('x', { name: 'a', when: new Date() });
  void storage.getState<string[]>('x');`;

describe('ST-2 the types of states', () => {
  it.each([
    ['strict and exactOptionalPropertyTypes', FIXTURES, { exactOptionalPropertyTypes: true }],
    ['strict', FIXTURES, { exactOptionalPropertyTypes: false }],
    ['no strict checks', FIXTURES.slice(0, 2), { strict: false, exactOptionalPropertyTypes: false }],
  ])('accept interfaces and classes of JSON, and reject the rest, with %s', (_options, files, options) => {
    expect(compileTypes(FOLDER, files, { ...options, types: [] })).toEqual([]);
  });

  it('name the member that is not JSON, and what it is', () => {
    const messages = compileTypes(FOLDER, ['wrong.ts'], { types: [] }, { 'wrong.ts': WRONG_STATEMENTS });
    const date = 'a Date; store toISOString() or getTime()';
    expect(messages).toEqual([
      expect.stringMatching(/^wrong.ts:4 [^]*Types of property 'when' are incompatible[^]*NotJson<"a Date; store /),
      expect.stringMatching(/^wrong.ts:5 [^]*Types of property 'run' are incompatible[^]*NotJson<"a function">/),
      expect.stringContaining(`wrong.ts:6 Type 'Date' is not assignable to type 'JsonValue | NotJson<"${date}">'`),
      expect.stringMatching(/^wrong.ts:7 [^]*NotJson<"a collection; a state is a plain object">/),
    ]);
  });
});
