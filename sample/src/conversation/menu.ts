/** A dish that the shop sells, at its current price. */
export type Dish = { readonly dish: string; readonly cents: number };

const MENU: readonly Dish[] = [
  { dish: 'Margherita', cents: 950 },
  { dish: 'Lasagne', cents: 1290 },
  { dish: 'Tiramisu', cents: 580 },
  { dish: 'Lemonade', cents: 350 },
];

/** The dish with this number on the menu, counted from 1. */
export function findDish(number: number): Dish | undefined {
  return MENU[number - 1];
}

/** The whole menu in one sentence. */
export function describeMenu(): string {
  return MENU.map(({ dish, cents }, index) => `${index + 1} ${dish} (${formatPrice(cents)})`).join(', ');
}

/** `1250` as `12.50 EUR`. */
export function formatPrice(cents: number): string {
  return `${(cents / 100).toFixed(2)} EUR`;
}
