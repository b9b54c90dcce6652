import { describe, expect, it } from '@jest/globals';
import { readText } from '../support/package-layout.js';
import { DOCUMENTS } from '../support/package-markdown.js';
import { SERVER_PRODUCTS } from '../support/server-products.js';

const NAMES = [...new Set(SERVER_PRODUCTS.map(({ name }) => name))];

/** The versions that the tests run on, as documents write them: `**Redis 7.0 and 8.0**`. */
const TESTED = NAMES.map((product) => {
  const rows = SERVER_PRODUCTS.filter(({ name }) => name === product);
  return `**${product} ${rows.map(({ version }) => version).join(' and ')}**`;
});

function namedIn(paths: readonly string[]): Set<string> {
  const versions = new RegExp(`\\*\\*(${NAMES.join('|')}) \\d[^*]*\\*\\*`, 'g');
  return new Set(paths.flatMap((path) => readText(path).match(versions) ?? []));
}

describe('the versions of servers in the documents', () => {
  it('are in README.md the ones that the tests run on', () => {
    expect([...namedIn(['README.md'])].sort()).toEqual([...TESTED].sort());
  });

  it('are in the guides the ones that the tests run on', () => {
    expect([...namedIn(DOCUMENTS.filter((path) => path !== 'README.md'))].sort()).toEqual([...TESTED].sort());
  });

  it('are in bold wherever a document says what was tested, so that they are compared', () => {
    const sentences = DOCUMENTS.flatMap((path) => [...readText(path).matchAll(/\btested on (\S+ \S+)/gi)]);
    expect(sentences.length).toBeGreaterThan(0);
    expect(sentences.filter(([, start = '']) => !start.startsWith('**')).map(String)).toEqual([]);
  });
});
