import { describe, expect, it } from '@jest/globals';
import { sharedClass, VERSION } from '../../../src/errors/shared-class.js';
import { MANIFEST } from '../../support/package-layout.js';

describe('sharedClass', () => {
  it('returns the class of the first copy, with the given name', () => {
    const [First, Second] = [class {}, class {}].map((each) => sharedClass('SharedByThisTest')(each));
    expect(Second).toBe(First);
    expect(Second?.name).toBe('SharedByThisTest');
  });

  it('keeps classes with other names apart', () => {
    const [First, Second] = ['OneOfThisTest', 'OtherOfThisTest'].map((name) => sharedClass(name)(class {}));
    expect(Second).not.toBe(First);
  });
});

describe('VERSION', () => {
  it('is the version of package.json', () => {
    expect(VERSION).toBe(MANIFEST.version);
  });
});
