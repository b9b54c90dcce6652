import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toCanonicalJson } from '../../../src/codec/canonical-json.js';
import { copyDocument, documentsAreEqual, toPrivateCopy } from '../../../src/codec/document-copy.js';
import { StateTooLargeError } from '../../../src/errors/usage-errors.js';

const limits = { root: 'state', maxBytes: 1024 * 1024 };
const documents = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ noUnicodeString: false }));

describe('document codec', () => {
  it('ST-1 copies a document exactly as canonical JSON would write it', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const copy = toPrivateCopy(document, limits);
        expect(toCanonicalJson(copy, limits)).toBe(toCanonicalJson(document, limits));
        expect(toCanonicalJson(copyDocument(copy), limits)).toBe(toCanonicalJson(document, limits));
      }),
    );
  });

  it('CAS-1 finds two documents equal exactly when their canonical texts are', () => {
    fc.assert(
      fc.property(documents, documents, (left, right) => {
        const equalTexts = toCanonicalJson(left, limits) === toCanonicalJson(right, limits);
        const [leftCopy, rightCopy] = [toPrivateCopy(left, limits), toPrivateCopy(right, limits)];
        expect(documentsAreEqual(leftCopy, rightCopy)).toBe(equalTexts);
        expect(documentsAreEqual(leftCopy, copyDocument(leftCopy))).toBe(true);
      }),
    );
  });

  it('ST-3 judges size by canonical bytes, near the limit as far below it', () => {
    const document = { text: 'é'.repeat(100), '"': [1, 2, 3], nested: { number: -1.5e-7, nothing: null, yes: true } };
    const bytes = Buffer.byteLength(toCanonicalJson(document, limits));
    expect(toPrivateCopy(document, { root: 'state', maxBytes: bytes })).toEqual(document);
    expect(() => toPrivateCopy(document, { root: 'state', maxBytes: bytes - 1 })).toThrow(StateTooLargeError);
  });

  it.each([[0], [-0], [7.25], [true], [null], ['text'], [[]], [{}]])(
    'ST-3 counts every element, such as %p, towards the limit',
    (element) => {
      const document = { all: Array.from({ length: 1000 }, () => element) };
      expect(() => toPrivateCopy(document, { root: 'state', maxBytes: 1000 })).toThrow(StateTooLargeError);
    },
  );

  it('ST-3 rejects early a document that repeats one part many times', () => {
    let part: object = { leaf: 'x' };
    for (let level = 0; level < 60; level += 1) part = { left: part, right: part };
    expect(() => toPrivateCopy(part, limits)).toThrow(StateTooLargeError);
    expect(() => toCanonicalJson(part, limits)).toThrow(StateTooLargeError);
  });
});
