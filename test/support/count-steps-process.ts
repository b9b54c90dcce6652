// Prints the steps of the program in argv[2] for `count-steps.ts`.
import assert from 'node:assert/strict';
import { Session } from 'node:inspector/promises';
import { toCanonicalJson } from '../../src/codec/canonical-json.js';
import { toPrivateCopy } from '../../src/codec/document-copy.js';
import { StateTooLargeError } from '../../src/errors/usage-errors.js';
import { parsePattern } from '../../src/rules/identifier-pattern.js';

/** What to count the steps of. */
export type StepProgram =
  | { readonly match: string; readonly pattern: string }
  | {
      readonly reject: 'many keys' | 'a long array' | 'many keys, each with a document';
      readonly by: 'toCanonicalJson' | 'toPrivateCopy';
      readonly maxBytes: number;
    };

const MANY = Array.from({ length: 200_000 }, (_, index) => index);

function prepare(program: StepProgram): { readonly folder: string; readonly run: () => void } {
  if ('match' in program) {
    const glob = parsePattern(program.pattern);
    return { folder: '/src/rules/', run: () => void glob.matches(program.match) };
  }
  const { reject, by, maxBytes } = program;
  const valueOf = (index: number): unknown => (reject === 'many keys' ? index : { a: 1 });
  const isArray = reject === 'a long array';
  const document = isArray ? { items: MANY } : Object.fromEntries(MANY.map((index) => [`key${index}`, valueOf(index)]));
  const encode = { toCanonicalJson, toPrivateCopy }[by];
  const run = (): void => assert.throws(() => encode(document, { root: 'state', maxBytes }), StateTooLargeError);
  return { folder: '/src/codec/', run };
}

const { folder, run } = prepare(JSON.parse(process.argv[2] ?? '') as StepProgram);
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
run();
const { result } = await session.post('Profiler.takePreciseCoverage');
const functions = result.filter(({ url }) => url.includes(folder)).flatMap((script) => script.functions);
console.log(Math.max(0, ...functions.flatMap(({ ranges }) => ranges.map(({ count }) => count))));
