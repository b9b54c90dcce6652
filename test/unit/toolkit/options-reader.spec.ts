import { describe, expect, it } from '@jest/globals';
import { OptionsReader } from '../../../src/toolkit/options-reader.js';
import { readStorageOptions } from '../../../src/storage/storage-options.js';
import { problemsThrownBy } from '../../support/fixtures.js';

describe('OptionsReader', () => {
  it('ER-2 reports every problem in one error, unknown names included', () => {
    const reader = new OptionsReader('Example', { url: '', mode: 'fast', retries: 1.5, strict: 'yes', colour: 1 });
    reader.text('url');
    reader.oneOf('mode', ['slow', 'steady']);
    reader.integer('retries', { min: 0, max: 5 });
    reader.flag('strict');
    expect(problemsThrownBy(() => reader.finish())).toEqual([
      'url: expected a non-empty string, got an empty string; is the environment variable set?',
      "mode: expected 'slow' | 'steady', got 'fast'",
      'retries: expected a whole number from 0 to 5, got the number 1.5',
      "strict: expected true or false, got 'yes'",
      'colour: unknown option, known are url, mode, retries, strict',
    ]);
  });

  it('HL-2 never repeats a text that may hold a password', () => {
    const reader = new OptionsReader('Example', { mode: 'redis://user:secret@host' });
    reader.oneOf('mode', ['a']);
    expect(problemsThrownBy(() => reader.finish()).join()).not.toContain('secret');
  });

  it.each([null, 5, 'options', []])('ER-2 rejects %j instead of options', (options) => {
    expect(problemsThrownBy(() => new OptionsReader('Example', options).finish())).toEqual([
      expect.stringContaining('options: expected an object'),
    ]);
  });

  it('NS-1 ER-2 fills in defaults and rejects wrong options of a storage', () => {
    const defaults = readStorageOptions(new OptionsReader('Example', {}));
    expect(defaults).toMatchObject({ namespace: 'fsm', defaultTtl: 0, maxStateBytes: 1_048_576, healthTimeout: 1000 });
    const reader = new OptionsReader('Example', {
      namespace: 'a:b',
      defaultTtl: -1,
      maxStateBytes: 1,
      healthTimeout: 0,
      sweepInterval: 2 ** 31,
      clock: {},
      onBackgroundError: 'log',
    });
    readStorageOptions(reader);
    expect(problemsThrownBy(() => reader.finish())).toHaveLength(7);
  });
});
