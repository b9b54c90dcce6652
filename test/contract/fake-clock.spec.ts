import { expect, it } from '@jest/globals';
import { FakeClock } from '../../src/testing/fake-clock.js';

it('a fake clock stands still until advance or set moves it, forwards or back', () => {
  const clock = new FakeClock(1000);
  expect(clock.now()).toBe(1000);
  clock.advance(500);
  expect(clock.now()).toBe(1500);
  clock.advance(-1000);
  expect(clock.now()).toBe(500);
  clock.set(7);
  expect(clock.now()).toBe(7);
});

it('a fake clock starts at the real time by default', () => {
  const before = Date.now();
  const now = new FakeClock().now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});
