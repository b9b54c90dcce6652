import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { ERROR_CODES } from 'nestjs-fsm-storage';
import { CONTRACT_CHAPTERS, RULES } from 'nestjs-fsm-storage/testing';
import { exportsOf, readCompilerOptions } from '../support/package-declarations.js';
import { ENTRIES, filesBelow, readText, ROOT } from '../support/package-layout.js';
import { testTitles } from '../support/package-titles.js';

/** How many rules each chapter of the contract has. */
const CONTRACT = { ID: 2, NS: 4, ST: 5, TTL: 6, CAS: 5, CNT: 5, LS: 4, LC: 3, HL: 2, ER: 5, FMT: 3 };
const NUMBERS = Object.entries(CONTRACT).flatMap(([chapter, count]) =>
  Array.from({ length: count }, (_, index) => `${chapter}-${index + 1}`),
);

/** The main entry may not name ioredis or TypeORM, so it spells out some of their options. */
const OPTIONS_OF_OTHERS = ['RedisConnectionSettings in .', 'ServerConnectionSettings in .'];

const program = ts.createProgram(
  ENTRIES.map(({ source }) => `${ROOT}/${source}`),
  readCompilerOptions(),
);
const EXPORTED = ENTRIES.flatMap(({ door, source }) =>
  exportsOf(program, `${ROOT}/${source}`).map((exported) => ({ ...exported, door })),
);

function missingIn(text: string, words: readonly string[]): string[] {
  return words.filter((word) => !new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text));
}

describe('every rule number', () => {
  it('is listed by the kit, in the order of the contract', () => {
    expect(RULES.map(({ id }) => id)).toEqual(NUMBERS);
  });

  it('is explained in docs/reference/contract.md, and no other is', () => {
    const explained = [...readText('docs/reference/contract.md').matchAll(/^- \*\*([A-Z]+-\d+)\*\*/gm)];
    expect(explained.map(([, number]) => number)).toEqual(NUMBERS);
  });

  it('is named in a doc comment of src', () => {
    expect(missingIn(docComments(), NUMBERS)).toEqual([]);
  });

  it('is proved: by a test of the kit, or, where a storage cannot show it from outside, by another', () => {
    const kit = CONTRACT_CHAPTERS.flatMap(({ tests }) => tests.map(({ title }) => title)).join('\n');
    const others = testTitles().join('\n');
    const unproved = RULES.filter(
      ({ id, provedBy }) => missingIn(provedBy === 'suite' ? kit : others, [id]).length > 0,
    );
    expect(unproved.map(({ id, provedBy }) => `${id} (${provedBy})`)).toEqual([]);
  });

  it('is one of these wherever a document, a comment or a title names it', () => {
    const texts = [docComments(), ...testTitles(), ...filesBelow('docs', '.md').map(readText), readText('README.md')];
    const pattern = new RegExp(`\\b(?:${Object.keys(CONTRACT).join('|')})-\\d+\\b`, 'g');
    const named = texts.flatMap((text) => text.match(pattern) ?? []);
    expect(named.filter((number) => !NUMBERS.includes(number))).toEqual([]);
  });
});

function docComments(): string {
  const sources = filesBelow('src', '.ts').filter((path) => !path.startsWith('src/testing/'));
  return sources.flatMap((path) => readText(path).match(/\/\*\*[\s\S]*?\*\//g) ?? []).join('\n');
}

describe('docs/reference/errors.md', () => {
  it('explains every error class and every code', () => {
    const classes = EXPORTED.map(({ name }) => name).filter((name) => name.endsWith('Error') && !name.startsWith('is'));
    expect(missingIn(readText('docs/reference/errors.md'), [...classes, ...ERROR_CODES])).toEqual([]);
  });
});

describe('docs/reference/options.md', () => {
  it('explains every option of every exported type of options', () => {
    const options = EXPORTED.filter(({ name }) => /(Options|Extras)$/.test(name)).filter(
      ({ door, name }) => !OPTIONS_OF_OTHERS.includes(`${name} in ${door}`),
    );
    expect(options.length).toBeGreaterThan(5);
    const text = readText('docs/reference/options.md');
    const missing = options.flatMap(({ name, symbol }) =>
      missingIn(
        text,
        optionNames(symbol).map((option) => `\`${option}`),
      ).map((option) => `${name} ${option}`),
    );
    expect(missing).toEqual([]);
  });
});

/** The names in an interface or in any member of a union. */
function optionNames(symbol: ts.Symbol): string[] {
  const checker = program.getTypeChecker();
  const type = checker.getDeclaredTypeOfSymbol(symbol);
  const members = type.isUnion() ? type.types : [type];
  return [...new Set(members.flatMap((member) => checker.getPropertiesOfType(member).map(({ name }) => name)))];
}

describe('the doc comments', () => {
  it('are there for every name that an entry exports', () => {
    const checker = program.getTypeChecker();
    const silent = EXPORTED.filter(({ symbol }) => symbol.getDocumentationComment(checker).length === 0);
    expect(silent.map(({ door, name }) => `${name} in ${door}`)).toEqual([]);
  });
});

describe('the @throws of the doc comments', () => {
  it('link only to error classes that an entry exports', () => {
    const exported = new Set(EXPORTED.map(({ name }) => name));
    const unknown = filesBelow('src', '.ts').flatMap((path) =>
      [...readText(path).matchAll(/@throws \{@link (\w+)/g)]
        .map(([, name = '']) => name)
        .filter((name) => !name.endsWith('Error') || !exported.has(name))
        .map((name) => `${path} ${name}`),
    );
    expect(unknown).toEqual([]);
  });

  it('are there for every abstract method of BaseStorage that can reject', () => {
    const undocumented = abstractMethodsOf('BaseStorage').filter(
      (method) => !method.getJsDocTags().some(({ name }) => name === 'throws'),
    );
    expect(undocumented.map(({ name }) => name)).toEqual(NEVER_REJECT);
  });
});

/** Only `health` never rejects (rule HL-1). */
const NEVER_REJECT = ['health'];

function abstractMethodsOf(className: string): ts.Symbol[] {
  const found = EXPORTED.find(({ name }) => name === className);
  if (found === undefined) throw new Error(`no entry exports ${className}`);
  const members = program.getTypeChecker().getDeclaredTypeOfSymbol(found.symbol).getProperties();
  return members.filter(({ valueDeclaration }) => valueDeclaration !== undefined && isAbstract(valueDeclaration));
}

function isAbstract(declaration: ts.Declaration): boolean {
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Abstract) !== 0;
}
