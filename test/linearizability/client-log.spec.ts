import { describe, expect, it } from '@jest/globals';
import { type LogLine, parseLines, toHistory } from './client-log.js';

const call: LogLine = { line: 'call', id: '0.1/7', key: 'state0', call: { kind: 'get' }, at: 5 };
const text = (...lines: LogLine[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

describe('the log of a client', () => {
  it('leaves a call without a return, as of a killed client, in doubt, and a torn line out', () => {
    const torn = text({ line: 'return', id: '0.1/7', outcome: { kind: 'not-applied' } }).slice(0, -2);
    expect(toHistory(parseLines(text(call) + torn))).toEqual([
      { client: '0.1', key: 'state0', call: { kind: 'get' }, calledAt: 5, outcome: { kind: 'unknown' } },
    ]);
  });

  it('takes the last try of an update for what it did', () => {
    const update: LogLine = { ...call, call: { kind: 'update', seen: null, next: null } };
    const tries = ['x', 'y'].map((seen): LogLine => ({ line: 'try', id: call.id, seen, next: 'z' }));
    const history = toHistory([update, ...tries]);
    expect(history[0]?.call).toEqual({ kind: 'update', seen: 'y', next: 'z' });
  });

  it('fails for an error that no backend should give', () => {
    const fault: LogLine = { line: 'fault', id: call.id, error: 'TypeError: of some kind' };
    expect(() => toHistory([call, fault])).toThrow('client 0.1, get of state0: TypeError: of some kind');
  });
});
