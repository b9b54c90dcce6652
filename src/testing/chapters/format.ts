import assert from 'node:assert/strict';
import type { StateDocument } from '../../contract/state-document.js';
import { type ContractChapter, testWith, testWithout } from '../contract-test.js';
import { untyped } from '../expectations.js';

/** Documents, and the only text that may be stored for each. */
const CANONICAL_TEXTS: readonly (readonly [document: StateDocument, text: string])[] = [
  [{}, '{}'],
  [
    { name: 'Order:paying', data: { b: 1, a: [true, false, null] } },
    '{"data":{"a":[true,false,null],"b":1},"name":"Order:paying"}',
  ],
  [{ b: 1, 10: 2, 9: 3, a: 4, '01': 5, '': 6 }, '{"":6,"01":5,"10":2,"9":3,"a":4,"b":1}'],
  [{ a: 1, A: 2, _: 3, é: 4 }, '{"A":2,"_":3,"a":1,"é":4}'],
  [{ '\uffff': 1, '😀': 2, '\ud7ff': 3, z: 4 }, '{"z":4,"\ud7ff":3,"😀":2,"\uffff":1}'],
  [
    JSON.parse('{"b":1,"__proto__":{"z":1,"a":2},"constructor":2}') as StateDocument,
    '{"__proto__":{"a":2,"z":1},"b":1,"constructor":2}',
  ],
  [{ n: [1e21, 1e-7, 0.1, -0, 100, 1.5e300, 5e-324] }, '{"n":[1e+21,1e-7,0.1,0,100,1.5e+300,5e-324]}'],
  [{ s: '"\\/\b\f\n\r\t\u0001\u007f\u2028é😀' }, '{"s":"\\"\\\\/\\b\\f\\n\\r\\t\\u0001\u007f\u2028é😀"}'],
  [{ list: [{ b: 1, a: [] }, [[]]] }, '{"list":[{"a":[],"b":1},[[]]]}'],
  [untyped({ a: undefined, b: { c: undefined } }), '{"b":{}}'],
];

/** The text that is stored for a state. */
export const formatChapter: ContractChapter = {
  title: 'format',
  tests: [
    testWithout('in-process', 'FMT-1 every write stores canonical JSON', async (context) => {
      const storage = await context.open();
      for (const [document, text] of CANONICAL_TEXTS) {
        await storage.setState('set', document);
        assert.equal(await context.readRaw('set'), text);
        await storage.deleteState('swapped');
        await storage.compareAndSet('swapped', document);
        assert.equal(await context.readRaw('swapped'), text);
        await storage.update('updated', () => document);
        assert.equal(await context.readRaw('updated'), text);
      }
    }),
    testWithout('in-process', 'FMT-1 an absent state has no stored text', async (context) => {
      const storage = await context.open();
      await storage.setState('x', { name: 'x' });
      await storage.deleteState('x');
      assert.equal(await context.readRaw('x'), null);
    }),
    testWith('in-process', 'FMT-1 the harness of an in-process backend has no readRaw()', async (context) => {
      assert.ok(context.harness.readRaw === undefined);
    }),
  ],
};
