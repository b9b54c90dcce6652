import type { Call, History, Operation, Outcome, Value } from './operation.js';

/** One line: each is written before the client goes on, so that a client that is killed leaves what it did. */
export type LogLine =
  | { readonly line: 'call'; readonly id: string; readonly key: string; readonly call: Call; readonly at: number }
  /** An update has read a state and is about to replace it. */
  | { readonly line: 'try'; readonly id: string; readonly seen: Value; readonly next: Value }
  | { readonly line: 'return'; readonly id: string; readonly outcome: Outcome }
  /** An error that no backend should give. */
  | { readonly line: 'fault'; readonly id: string; readonly error: string };

/** Nanoseconds of the clock that all processes of a machine share. */
export function now(): number {
  return Number(process.hrtime.bigint());
}

/** The whole lines of a file; of a client that was killed the last one may be torn. */
export function parseLines(text: string): LogLine[] {
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogLine);
}

/**
 * The calls of a log. One that has not returned, as its client is gone, is of unknown outcome.
 * @throws Error when a client saw an error that no backend should give
 */
export function toHistory(lines: readonly LogLine[]): History {
  const operations = new Map<string, Operation>();
  for (const line of lines) {
    if (line.line === 'call') operations.set(line.id, begin(line));
    else operations.set(line.id, goOn(operations.get(line.id), line));
  }
  return [...operations.values()];
}

function begin({ id, key, call, at }: LogLine & { line: 'call' }): Operation {
  return { client: id.slice(0, id.lastIndexOf('/')), key, call, calledAt: at, outcome: { kind: 'unknown' } };
}

function goOn(operation: Operation | undefined, line: Exclude<LogLine, { line: 'call' }>): Operation {
  if (operation === undefined) throw new Error(`The log holds a line of call ${line.id}, but not the call itself.`);
  switch (line.line) {
    case 'try':
      return { ...operation, call: { kind: 'update', seen: line.seen, next: line.next } };
    case 'return':
      return { ...operation, outcome: line.outcome };
    case 'fault':
      throw new Error(`client ${operation.client}, ${operation.call.kind} of ${operation.key}: ${line.error}`);
  }
}
