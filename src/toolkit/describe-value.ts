import { toPrintable } from '../errors/printable.js';

/** The longest part of a text from outside that a message quotes. */
const MAX_QUOTED = 80;

/** Quotes a text from outside for a message: its start if it is long, with every character visible. */
export function quote(text: string): string {
  const isShort = text.length <= MAX_QUOTED;
  const quoted = toPrintable(JSON.stringify(isShort ? text : `${text.slice(0, MAX_QUOTED)}…`));
  return isShort ? quoted : `${quoted} (${text.length} characters)`;
}

/** A name from outside: as it is if it is a short plain word, otherwise quoted. */
export function describeName(name: string): string {
  return /^[\w$.-]{1,64}$/.test(name) ? name : quote(name);
}

/** Describes a value by its type, without its content: error messages never contain data (rule ER-1). */
export function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  switch (typeof value) {
    case 'undefined':
      return 'undefined';
    case 'number':
      return `the number ${value}`;
    case 'string':
      return value === '' ? 'an empty string' : 'a string';
    case 'object':
      return describeObject(value);
    default:
      return `a ${typeof value}`;
  }
}

function describeObject(value: object): string {
  const constructor: unknown = Reflect.get(value, 'constructor');
  if (typeof constructor !== 'function' || constructor.name === 'Object' || constructor.name === '') return 'an object';
  return `an instance of ${describeName(String(constructor.name))}`;
}
