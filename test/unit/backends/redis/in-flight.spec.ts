import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { InFlight } from '../../../../src/backends/redis/in-flight.js';

const LIMIT_MS = 1000;

let inFlight: InFlight;
let late: string[];
const depart = (name: string) => inFlight.depart(() => late.push(name));

beforeEach(() => {
  jest.useFakeTimers();
  inFlight = new InFlight(LIMIT_MS);
  late = [];
});
afterEach(() => {
  jest.useRealTimers();
});

describe('what is in flight', () => {
  it('is given up when its time is over, each at its own, in order', () => {
    depart('a');
    jest.advanceTimersByTime(400);
    depart('b');
    depart('c');
    jest.advanceTimersByTime(599);
    expect(late).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(late).toEqual(['a']);
    jest.advanceTimersByTime(399);
    expect(late).toEqual(['a']);
    jest.advanceTimersByTime(1);
    expect(late).toEqual(['a', 'b', 'c']);
  });

  it('is not given up once it has landed, and cannot land after it was given up', () => {
    const landed = depart('landed');
    const lost = depart('lost');
    expect(inFlight.land(landed)).toBe(true);
    expect(inFlight.land(landed)).toBe(false);
    jest.advanceTimersByTime(LIMIT_MS);
    expect(late).toEqual(['lost']);
    expect(inFlight.land(lost)).toBe(false);
  });

  it('has one timer, however much there is', () => {
    for (let count = 0; count < 1000; count += 1) inFlight.land(depart('x'));
    depart('y');
    expect(jest.getTimerCount()).toBe(1);
  });

  it('leaves no timer when it rests, but while something is in flight', () => {
    const flight = depart('x');
    inFlight.rest();
    expect(jest.getTimerCount()).toBe(1);
    inFlight.land(flight);
    inFlight.rest();
    expect(jest.getTimerCount()).toBe(0);
    depart('again');
    jest.advanceTimersByTime(LIMIT_MS);
    expect(late).toEqual(['again']);
  });
});
