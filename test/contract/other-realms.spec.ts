import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import type { StateDocument } from '../../src/contract/state-document.js';
import { isSameJson } from '../../src/testing/reference/reference-state.js';
import { BACKENDS } from './backends.js';

/** A document created in another realm, such as a vm context, a test environment or a browser frame. */
const FOREIGN = runInNewContext('({ name: "foreign", data: { items: [1, { a: [] }] } })') as StateDocument;
const FOREIGN_DATE: unknown = runInNewContext('({ name: "foreign", data: new Date() })');

describe.each(BACKENDS)('$name', (backend) => {
  it('ST-1 accepts plain objects from another realm, and ST-2 rejects its Dates', async () => {
    const harness = await backend.createHarness();
    const storage = harness.createStorage({ namespace: 'realms' });
    await storage.start();
    try {
      await storage.setState('x', FOREIGN);
      expect(isSameJson(await storage.getState('x'), JSON.parse(JSON.stringify(FOREIGN)))).toBe(true);
      expect(await storage.compareAndSet('x', FOREIGN, { expected: FOREIGN })).toBe(true);
      await expect(storage.setState('x', FOREIGN_DATE as StateDocument)).rejects.toMatchObject({
        code: 'INVALID_STATE',
      });
    } finally {
      await storage.stop();
      await harness.dispose();
    }
  });
});
