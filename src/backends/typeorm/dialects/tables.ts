import type { EntryKind } from '../../../contract/storage-driver.js';

/** The table of each kind of entry. */
export const TABLES = { state: 'fsm_state', counter: 'fsm_counter' } as const satisfies Record<EntryKind, string>;

/** What an entry holds. */
export const VALUE_COLUMNS = { state: 'state_json', counter: 'value' } as const satisfies Record<EntryKind, string>;
