import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { nextTick } from '../../../src/toolkit/event-loop.js';
import { CommandDeadlines } from '../../../src/toolkit/command-deadlines.js';

const LIMIT_MS = 1000;

let inFlight: CommandDeadlines;
let late: string[];
/** With the turn of the event loop that follows. */
const pass = async (milliseconds: number): Promise<void> => {
  jest.advanceTimersByTime(milliseconds);
  await nextTick();
};
const depart = (name: string) => inFlight.add(() => late.push(name));

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  inFlight = new CommandDeadlines(LIMIT_MS);
  late = [];
});
afterEach(() => {
  jest.useRealTimers();
});

describe('a command that waits for its reply', () => {
  it('times out at its deadline, in the order of sending', async () => {
    depart('a');
    await pass(400);
    depart('b');
    depart('c');
    await pass(599);
    expect(late).toEqual([]);
    await pass(1);
    expect(late).toEqual(['a']);
    await pass(399);
    expect(late).toEqual(['a']);
    await pass(1);
    expect(late).toEqual(['a', 'b', 'c']);
  });

  it('does not time out once settled, and cannot be settled after it timed out', async () => {
    const landed = depart('landed');
    const lost = depart('lost');
    expect(inFlight.settle(landed)).toBe(true);
    expect(inFlight.settle(landed)).toBe(false);
    await pass(LIMIT_MS);
    expect(late).toEqual(['lost']);
    expect(inFlight.settle(lost)).toBe(false);
  });

  it('does not time out when its reply arrives in the same turn: a busy process reads pending input first', async () => {
    const flight = depart('there already');
    jest.advanceTimersByTime(LIMIT_MS);
    expect(inFlight.settle(flight)).toBe(true);
    await pass(0);
    expect(late).toEqual([]);
  });

  it('times out at once when no reply can come, and leaves no timer', () => {
    const landed = depart('landed');
    depart('a');
    depart('b');
    inFlight.settle(landed);
    inFlight.expireAll();
    expect(late).toEqual(['a', 'b']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('has one timer, however much there is', () => {
    for (let count = 0; count < 1000; count += 1) inFlight.settle(depart('x'));
    depart('y');
    expect(jest.getTimerCount()).toBe(1);
  });

  it('leaves no timer when it rests, but while something is in flight', async () => {
    const flight = depart('x');
    inFlight.clear();
    expect(jest.getTimerCount()).toBe(1);
    inFlight.settle(flight);
    inFlight.clear();
    expect(jest.getTimerCount()).toBe(0);
    depart('again');
    await pass(LIMIT_MS);
    expect(late).toEqual(['again']);
  });
});
