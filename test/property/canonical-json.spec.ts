import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { toCanonicalJson } from '../../src/codec/canonical-json.js';
import { isSameJson, toReferenceText } from '../../src/testing/reference/reference-state.js';

const LIMITS = { root: 'state', maxBytes: Infinity };
const key = fc.oneof(
  fc.constantFrom('a', 'b', '10', '9', '01', '__proto__', 'constructor', 'é', '😀', '\uffff'),
  fc.string(),
);
const scalar = fc.oneof(
  fc.constantFrom(null, true, false, 0, -0, 1, '1', '', 'a'),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.string({ unit: 'binary' }),
);
const { document } = fc.letrec<{ value: unknown; document: Record<string, unknown> }>((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('document')),
  document: fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: false }),
}));

describe('FMT-1 canonical JSON', () => {
  it('FMT-1 is the same text as the reference model writes', () => {
    fc.assert(
      fc.property(document, (state) => expect(toCanonicalJson(state, LIMITS)).toBe(toReferenceText(state))),
      { numRuns: 3000 },
    );
  });

  it('FMT-1 parses to the same document', () => {
    fc.assert(
      fc.property(document, (state) => {
        expect(isSameJson(JSON.parse(toCanonicalJson(state, LIMITS)), withoutNegativeZero(state))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it('CAS-1 is the same text for equal documents and a different text for different documents', () => {
    fc.assert(
      fc.property(document, document, (left, right) => {
        const areEqual = isDeepStrictEqual(normalized(left), normalized(right));
        expect(toCanonicalJson(left, LIMITS) === toCanonicalJson(right, LIMITS)).toBe(areEqual);
      }),
      { numRuns: 3000 },
    );
  });

  it('CAS-1 does not depend on the order of keys', () => {
    fc.assert(
      fc.property(document, (state) => {
        expect(toCanonicalJson(reversed(state), LIMITS)).toBe(toCanonicalJson(state, LIMITS));
      }),
      { numRuns: 2000 },
    );
  });
});

/** With plain prototypes and without -0, as in JSON. */
function normalized(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

function withoutNegativeZero(value: unknown): unknown {
  return mapMembers(value, (members) => members);
}

function reversed(value: unknown): unknown {
  return mapMembers(value, (members) => members.toReversed());
}

function mapMembers(value: unknown, arrange: (members: [string, unknown][]) => [string, unknown][]): unknown {
  if (Object.is(value, -0)) return 0;
  if (Array.isArray(value)) return value.map((item) => mapMembers(item, arrange));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, item]): [string, unknown] => [name, mapMembers(item, arrange)]);
  // Not by assignment: assigning the key __proto__ would set the prototype.
  return Object.fromEntries(arrange(members));
}
