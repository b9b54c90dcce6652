import { describe, expect, it } from '@jest/globals';
import { filesBelow, readText } from '../support/package-layout.js';

const GUIDE = readText('docs/guide/troubleshooting.md');
/** The code spans in the first column of the tables. */
const NAMED = [...GUIDE.matchAll(/^\| (.*?) \|/gm)].flatMap(([, cell = '']) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text),
);
/** The texts of messages are in one line, also where the source splits them. */
const SOURCE = filesBelow('src', '.ts')
  .map((path) =>
    readText(path)
      .replaceAll(/['`] \+\s*['`]/g, '')
      .replaceAll("\\'", "'"),
  )
  .join('\n');

/** The codes with a text of their own in a table of the sources. */
function codesIn(path: string, table: string): string[] {
  const [, rows = ''] = new RegExp(`const ${table}[^=]*= \\{\\n(.*?)\\n\\};`, 's').exec(readText(path)) ?? [];
  return [...rows.matchAll(/^ {2}'?(\w+)'?:/gm)].map(([, code = '']) => code);
}

describe('docs/guide/troubleshooting.md', () => {
  it('quotes messages and codes that the sources contain', () => {
    const isCode = (text: string): boolean => /^([A-Z]{2,}\b|\d)/.test(text);
    expect(NAMED.filter((text) => !isCode(text) && !SOURCE.includes(text))).toEqual([]);
    expect(NAMED.length).toBeGreaterThan(80);
  });

  it.each([
    ['Postgres', 'src/backends/typeorm/postgres/errors.ts', 'ADVICE'],
    ['Postgres, without a connection', 'src/backends/typeorm/postgres/errors.ts', 'ADVICE_UNREACHABLE'],
    ['MySQL and MariaDB', 'src/backends/typeorm/mysql/errors.ts', 'ADVICE'],
  ])('explains every code that a message has advice for: %s', (_, path, table) => {
    const codes = codesIn(path, table);
    expect(codes).not.toEqual([]);
    expect(codes.filter((code) => !NAMED.includes(code))).toEqual([]);
  });

  it('explains every error reply of Redis that a message has advice for', () => {
    const replies = readText('src/backends/redis/connection/reply-errors.ts').matchAll(/message: \/\^(.*?)\/i?,/g);
    const patterns = [...replies].map(([, pattern = '']) => new RegExp(`^${pattern}`, 'i'));
    expect(patterns.length).toBeGreaterThan(15);
    const isExplained = (pattern: RegExp): boolean =>
      NAMED.some((text) => pattern.test(text) || pattern.source.startsWith(`^${text}`));
    expect(patterns.filter((pattern) => !isExplained(pattern)).map(String)).toEqual([]);
  });
});
