import { MemoryDriver } from '../../../src/backends/memory/memory.driver.js';
import type { StateDocument } from '../../../src/contract/state-document.js';
import { FaultyDriver } from '../../../src/testing/faulty-driver.js';

/** A driver of the app's own whose opening and closing can be counted, and made to fail. */
export class RecordedDriver extends FaultyDriver<StateDocument> {
  constructor() {
    super(new MemoryDriver());
  }

  /** How many are open now. */
  get openCount(): number {
    return this.callsOf('open') - this.callsOf('close');
  }
}
