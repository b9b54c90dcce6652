import type { StatementResult } from '../data-source.js';

/** Whether a statement without RETURNING changed something. */
export function changedARow({ affected }: StatementResult): boolean {
  return (affected ?? 0) > 0;
}

/** A column of a row that the driver gave. */
export function column(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}

/** NULL in a column that should hold none is a damaged value, not an absent row: `undefined` says so. */
export function storedValue(row: unknown, name: string): unknown {
  return column(row, name) ?? undefined;
}
