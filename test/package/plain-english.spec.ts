import { describe, expect, it } from '@jest/globals';
import { placeOf, readableTexts } from '../support/package-words.js';

/** Words that make a reader stop, with what to write in their place. `a b` also matches over a line break. */
const WORDS: readonly { readonly avoid: RegExp; readonly write: string }[] = [
  { avoid: /\bwhom\b/gi, write: 'the caller, or another subject' },
  { avoid: /\b(?:tells?|telling|told)\b/gi, write: 'report, notify, say' },
  { avoid: /\b(?:answers|answered|answering)\b/gi, write: 'return, respond, reply; result' },
  { avoid: /\b(?:hears?|heard|hearing|heeds?|heeded)\b/gi, write: 'handle, listen, receive' },
  { avoid: /\blies?\b/gi, write: 'is, is stored' },
  { avoid: /\bbeside\b/gi, write: 'next to, besides, together with' },
  { avoid: /\bg(?:ive|ives|ave|iven|iving) (?:\w+ )?up\b/gi, write: 'time out, cancel' },
  { avoid: /\bgo(?:es|ing)? by\b/gi, write: 'use' },
  { avoid: /(?<!\bthere )\b(?:is|are|was|were) no(?! (?:longer|more|less|larger|later))\b/gi, write: 'is not an X' },
  { avoid: /\bof (?:its|their|our|your|his|her|my|one's) own\b/gi, write: 'its own X' },
  { avoid: /\bwhat (?:becomes?|became|has become) of\b/gi, write: 'the result of' },
  { avoid: /\bfor ever\b/gi, write: 'forever' },
  { avoid: /\bin silence\b/gi, write: 'silently' },
];

/** Texts that are quoted from servers or other packages. */
const QUOTED: readonly string[] = [];

const TEXTS = readableTexts().map(({ path, text }) => ({ path, text: withoutQuotations(text) }));

function withoutQuotations(text: string): string {
  return QUOTED.reduce((rest, quotation) => rest.replaceAll(quotation, '#'.repeat(quotation.length)), text);
}

describe('comments, strings, test titles and documents', () => {
  it.each(WORDS.map(({ avoid, write }) => ({ pattern: overLines(avoid), write, word: avoid.source })))(
    'do not use $word; write: $write',
    ({ pattern }) => {
      const places = TEXTS.flatMap((readable) =>
        [...readable.text.matchAll(pattern)].map(({ index, 0: found }) => {
          return `${placeOf(readable, index)} ${found.replaceAll(/\s+/g, ' ')}`;
        }),
      );
      expect(places).toEqual([]);
    },
  );

  it('include every kind of text', () => {
    const paths = TEXTS.map(({ path }) => path);
    const expected = ['README.md', 'docs/README.md', 'sample/src/main.ts', 'src/index.ts', 'src/testing/index.ts'];
    expect(paths).toEqual(expect.arrayContaining([...expected, 'test/package/plain-english.spec.ts']));
  });
});

function overLines({ source, flags }: RegExp): RegExp {
  return new RegExp(source.replaceAll(' ', '\\s+'), flags);
}
