import { describe, expect, it } from '@jest/globals';
import { describeValue } from '../../../src/toolkit/describe-value.js';

describe('describeValue', () => {
  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    [[1], 'an array'],
    [Number.NaN, 'the number NaN'],
    ['', 'an empty string'],
    ['secret', 'a string'],
    [1n, 'a bigint'],
    [Symbol('secret'), 'a symbol'],
    [true, 'a boolean'],
    [{ secret: 1 }, 'an object'],
    [Object.create(null), 'an object'],
    [new Date(), 'an instance of Date'],
    [{ constructor: 'secret' }, 'an object'],
  ])('ER-1 names the kind of %p and none of its content', (value, text) => {
    expect(describeValue(value)).toBe(text);
  });
});
