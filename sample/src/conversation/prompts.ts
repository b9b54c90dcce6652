import { describeMenu, formatPrice } from './menu.js';
import type { Order, OrderLine } from './order.js';

/** The prompt for an order: its current step, and the possible next messages. */
export function promptFor(order: Order): string {
  switch (order.name) {
    case 'Order:idle':
      return 'Say hello to begin an order.';
    case 'Order:choosing':
      return promptForChoosing(order.data.lines);
    case 'Order:quantity':
      return `How many ${order.data.chosen.dish}? Say a number from 1 to 99, or "back".`;
    case 'Order:address':
      return 'Where shall we bring it? Say a street and a house number, like "12 Garden Lane", or "back".';
    case 'Order:confirm':
      return (
        `${describeBasket(order.data.lines)}, to ${order.data.address}. ` +
        'Say "yes" to order, "back" for another address, "cancel" to drop it.'
      );
    case 'Order:done':
      return `Your order is placed: ${describeBasket(order.data.lines)}, to ${order.data.address}. Say hello for a new one.`;
  }
}

function promptForChoosing(lines: readonly OrderLine[]): string {
  const choose = `Say a number from the menu, or "1 x 3" for three of number 1: ${describeMenu()}.`;
  if (lines.length === 0) return choose;
  return `In your basket: ${describeBasket(lines)}. Say "checkout" when it is complete. ${choose}`;
}

/** `2 Margherita, 1 Lemonade (22.50 EUR)`: a dish that was added several times is listed once. */
export function describeBasket(lines: readonly OrderLine[]): string {
  const quantities = new Map<string, number>();
  for (const { dish, quantity } of lines) quantities.set(dish, (quantities.get(dish) ?? 0) + quantity);
  const total = lines.reduce((sum, { cents, quantity }) => sum + cents * quantity, 0);
  return `${[...quantities].map(([dish, quantity]) => `${quantity} ${dish}`).join(', ')} (${formatPrice(total)})`;
}
