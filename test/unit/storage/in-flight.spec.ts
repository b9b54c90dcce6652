import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { nextTurn } from '../../../src/storage/next-turn.js';
import { InFlight } from '../../../src/storage/in-flight.js';

const LIMIT_MS = 1000;

let inFlight: InFlight;
let late: string[];
/** With the turn of the event loop that follows. */
const pass = async (milliseconds: number): Promise<void> => {
  jest.advanceTimersByTime(milliseconds);
  await nextTurn();
};
const depart = (name: string) => inFlight.depart(() => late.push(name));

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  inFlight = new InFlight(LIMIT_MS);
  late = [];
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what is in flight', () => {
  it('is given up when its time is over, each at its own, in order', async () => {
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

  it('is not given up once it has landed, and cannot land after it was given up', async () => {
    const landed = depart('landed');
    const lost = depart('lost');
    expect(inFlight.land(landed)).toBe(true);
    expect(inFlight.land(landed)).toBe(false);
    await pass(LIMIT_MS);
    expect(late).toEqual(['lost']);
    expect(inFlight.land(lost)).toBe(false);
  });

  it('is not given up when it lands in the turn that its time is over: a busy process looks at what has come first', async () => {
    const flight = depart('there already');
    jest.advanceTimersByTime(LIMIT_MS);
    expect(inFlight.land(flight)).toBe(true);
    await pass(0);
    expect(late).toEqual([]);
  });

  it('is given up at once when nothing can land any more, and leaves no timer', () => {
    const landed = depart('landed');
    depart('a');
    depart('b');
    inFlight.land(landed);
    inFlight.giveUpAll();
    expect(late).toEqual(['a', 'b']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('has one timer, however much there is', () => {
    for (let count = 0; count < 1000; count += 1) inFlight.land(depart('x'));
    depart('y');
    expect(jest.getTimerCount()).toBe(1);
  });

  it('leaves no timer when it rests, but while something is in flight', async () => {
    const flight = depart('x');
    inFlight.rest();
    expect(jest.getTimerCount()).toBe(1);
    inFlight.land(flight);
    inFlight.rest();
    expect(jest.getTimerCount()).toBe(0);
    depart('again');
    await pass(LIMIT_MS);
    expect(late).toEqual(['again']);
  });
});
