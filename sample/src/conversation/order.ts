import type { JsonValue, StateDocument } from 'nestjs-fsm-storage';
import type { Dish } from './menu.js';

/** One dish in the basket, with the price it was chosen at. */
export type OrderLine = Dish & { readonly quantity: number };

/** No active order. This state is never stored: no entry means idle. */
export type Idle = { readonly name: 'Order:idle'; readonly data: Readonly<Record<string, never>> };
/** Putting dishes into the basket. */
export type Choosing = { readonly name: 'Order:choosing'; readonly data: { readonly lines: readonly OrderLine[] } };
/** A dish is chosen, its quantity is not. */
export type Quantity = {
  readonly name: 'Order:quantity';
  readonly data: { readonly lines: readonly OrderLine[]; readonly chosen: Dish };
};
/** The basket is complete, the address is missing. */
export type Address = { readonly name: 'Order:address'; readonly data: { readonly lines: readonly OrderLine[] } };
/** The order is complete and waits for a yes. */
export type Confirm = {
  readonly name: 'Order:confirm';
  readonly data: { readonly lines: readonly OrderLine[]; readonly address: string };
};
/** Ordered. */
export type Done = {
  readonly name: 'Order:done';
  readonly data: { readonly lines: readonly OrderLine[]; readonly address: string };
};

/** The state of a conversation, stored as it is. */
export type Order = Idle | Choosing | Quantity | Address | Confirm | Done;

export const IDLE: Idle = { name: 'Order:idle', data: {} };

/**
 * Reads a stored state as an order. A state that this version of the bot does not know (another program or an older
 * version wrote it) counts as idle, so that no chat is stuck in it.
 */
export function readOrder(document: StateDocument | null): Order {
  return document !== null && isOrder(document) ? document : IDLE;
}

function isOrder(document: StateDocument): document is Order {
  const { name, data } = document;
  if (!isObject(data) || !Array.isArray(data['lines']) || !data['lines'].every(isLine)) return false;
  switch (name) {
    case 'Order:choosing':
    case 'Order:address':
      return true;
    case 'Order:quantity':
      return isDish(data['chosen']);
    case 'Order:confirm':
    case 'Order:done':
      return typeof data['address'] === 'string';
    default:
      return false;
  }
}

function isLine(value: JsonValue | undefined): boolean {
  return isDish(value) && isObject(value) && typeof value['quantity'] === 'number';
}

function isDish(value: JsonValue | undefined): boolean {
  return isObject(value) && typeof value['dish'] === 'string' && typeof value['cents'] === 'number';
}

function isObject(value: JsonValue | undefined): value is StateDocument {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
