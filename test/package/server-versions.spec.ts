import { describe, expect, it } from '@jest/globals';
import { readText } from '../support/package-layout.js';
import { DOCUMENTS } from '../support/package-markdown.js';
import { SERVER_PRODUCTS } from '../support/server-products.js';

const NAMES = [...new Set(SERVER_PRODUCTS.map(({ name }) => name))];

/** The versions of a product that the tests run on. */
function testedVersions(product: string): string[] {
  return SERVER_PRODUCTS.filter(({ name }) => name === product).map(({ version }) => version);
}

describe('the versions of servers in the documents', () => {
  it('are in the table of README.md the ones that the tests run on', () => {
    const rows = readText('README.md').matchAll(/^\| (\w+) +\| [\d.]+ and later +\| ([\d., ]*\d) +\|$/gm);
    expect([...rows].map(([, name, versions]) => [name, versions])).toEqual(
      NAMES.map((name) => [name, testedVersions(name).join(', ')]),
    );
  });

  it('are in the guides the ones that the tests run on', () => {
    const named = DOCUMENTS.flatMap((path) => [
      ...readText(path).matchAll(new RegExp(`\\*\\*((?:${NAMES.join('|')}) \\d[^*]*)\\*\\*`, 'g')),
    ]);
    expect(new Set(named.map(([, text]) => text))).toEqual(
      new Set(NAMES.map((name) => `${name} ${testedVersions(name).join(' and ')}`)),
    );
  });

  it('are in bold in every sentence of the guides about tests, so that they are compared', () => {
    const sentences = DOCUMENTS.flatMap((path) => [...readText(path).matchAll(/\btested on (\S+ \S+)/gi)]);
    expect(sentences.length).toBeGreaterThan(0);
    expect(sentences.filter(([, start = '']) => !start.startsWith('**')).map(String)).toEqual([]);
  });
});
