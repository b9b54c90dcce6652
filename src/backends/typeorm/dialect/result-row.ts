import type { StatementResult } from './typeorm-types.js';
import type { EntryKind } from '../../../contract/storage-driver.js';

/** Whether a statement without RETURNING changed something. */
export function affectedAnyRow({ affected }: StatementResult): boolean {
  return (affected ?? 0) > 0;
}

/** A column of a row that the driver gave. */
export function columnValue(row: unknown, name: string): unknown {
  return typeof row === 'object' && row !== null ? Reflect.get(row, name) : undefined;
}

/** NULL in a column that should hold none is a damaged value, not an absent row: `undefined` says so. */
export function storedValue(row: unknown, name: string): unknown {
  return columnValue(row, name) ?? undefined;
}

/** The table of each kind of entry. */
export const TABLES = { state: 'fsm_state', counter: 'fsm_counter' } as const satisfies Record<EntryKind, string>;

/** What an entry holds. */
export const VALUE_COLUMNS = { state: 'state_json', counter: 'value' } as const satisfies Record<EntryKind, string>;
