import { findDish, type Dish } from './menu.js';
import { IDLE, type Address, type Choosing, type Confirm, type Order, type OrderLine, type Quantity } from './order.js';
import { promptFor } from './prompts.js';

/** The result of one message: the reply, and the order after it. */
export interface Turn {
  readonly reply: string;
  /** The same object as the input if the message changed nothing. */
  readonly next: Order;
}

/** Messages that begin another order. Any other message shows the placed order again. */
const GREETING = /^(hello|hi|hey|start|menu|order)\b/;
const MOST_OF_ONE_LINE = 99;
const MOST_LINES = 100;

/**
 * The whole conversation as a pure function, so that a storage's `update` may call it again after a lost race.
 * `cancel` and `back` work everywhere. An unknown message gets a helpful reply and changes nothing.
 */
export function answer(order: Order, text: string): Turn {
  const word = text.trim().toLowerCase();
  if (word === 'cancel') return cancel(order);
  if (word === 'back') return back(order);
  switch (order.name) {
    case 'Order:idle':
      return begin();
    case 'Order:done':
      return GREETING.test(word) ? begin() : stay(order, 'I did not understand that.');
    case 'Order:choosing':
      return choose(order, word);
    case 'Order:quantity':
      return setQuantity(order, word);
    case 'Order:address':
      return setAddress(order, text.trim());
    case 'Order:confirm':
      return confirm(order, word);
  }
}

function begin(): Turn {
  return moveTo({ name: 'Order:choosing', data: { lines: [] } });
}

/** Whether this step begins a conversation. */
export function isBeginning(from: Order, to: Order): boolean {
  return (from.name === 'Order:idle' || from.name === 'Order:done') && to.name === 'Order:choosing';
}

function cancel(order: Order): Turn {
  if (order.name === 'Order:idle') return stay(order, 'There is nothing to cancel.');
  if (order.name === 'Order:done')
    return moveTo(IDLE, 'Your last order stays placed; there is nothing else to cancel.');
  return moveTo(IDLE, 'Your order is cancelled.');
}

function back(order: Order): Turn {
  const { name, data } = order;
  switch (name) {
    case 'Order:idle':
      return stay(order, 'There is nothing to go back to.');
    case 'Order:choosing':
      return takeLastLineOut(order);
    case 'Order:quantity':
    case 'Order:address':
      return moveTo({ name: 'Order:choosing', data: { lines: data.lines } });
    case 'Order:confirm':
      return moveTo({ name: 'Order:address', data: { lines: data.lines } });
    case 'Order:done':
      return stay(order, 'There is no way back now.');
  }
}

function takeLastLineOut(order: Choosing): Turn {
  const last = order.data.lines.at(-1);
  if (last === undefined) return stay(order, 'This is the beginning; "cancel" ends the order.');
  return moveTo(
    { name: 'Order:choosing', data: { lines: order.data.lines.slice(0, -1) } },
    `Taken out again: ${last.quantity} ${last.dish}.`,
  );
}

function choose(order: Choosing, word: string): Turn {
  if (word === 'checkout') return checkOut(order);
  const { number, quantity } = /^(?<number>\d{1,3})(?:\s*x\s*(?<quantity>\d{1,3}))?$/.exec(word)?.groups ?? {};
  if (number === undefined) return stay(order, 'I did not understand that.');
  const chosen = findDish(Number(number));
  if (chosen === undefined) return stay(order, `There is no number ${number} on the menu.`);
  if (quantity !== undefined) return addLine(order, chosen, Number(quantity));
  return moveTo({ name: 'Order:quantity', data: { lines: order.data.lines, chosen } });
}

function checkOut(order: Choosing): Turn {
  if (order.data.lines.length === 0) return stay(order, 'Your basket is empty.');
  return moveTo({ name: 'Order:address', data: order.data });
}

function setQuantity(order: Quantity, word: string): Turn {
  if (!/^\d{1,3}$/.test(word)) return stay(order, 'That is not a number of portions.');
  return addLine(order, order.data.chosen, Number(word));
}

function addLine(order: Choosing | Quantity, chosen: Dish, quantity: number): Turn {
  if (quantity < 1 || quantity > MOST_OF_ONE_LINE) return stay(order, `We cook 1 to ${MOST_OF_ONE_LINE} at a time.`);
  if (order.data.lines.length >= MOST_LINES) return stay(order, 'Your basket is full.');
  const line: OrderLine = { ...chosen, quantity };
  return moveTo(
    { name: 'Order:choosing', data: { lines: [...order.data.lines, line] } },
    `Added: ${quantity} ${chosen.dish}.`,
  );
}

function setAddress(order: Address, address: string): Turn {
  const hasStreetAndNumber = /\p{Letter}{2}/u.test(address) && /\d/.test(address);
  if (!hasStreetAndNumber) return stay(order, 'That does not look like an address.');
  return moveTo({ name: 'Order:confirm', data: { lines: order.data.lines, address } });
}

function confirm(order: Confirm, word: string): Turn {
  if (word !== 'yes') return stay(order, 'I did not understand that.');
  return moveTo({ name: 'Order:done', data: order.data }, 'Thank you!');
}

function moveTo(next: Order, remark?: string): Turn {
  return { reply: withRemark(remark, next), next };
}

function stay(order: Order, remark: string): Turn {
  return { reply: withRemark(remark, order), next: order };
}

function withRemark(remark: string | undefined, order: Order): string {
  return remark === undefined ? promptFor(order) : `${remark} ${promptFor(order)}`;
}
