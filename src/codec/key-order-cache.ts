import { quoteText } from './json-scalars.js';
import { inside } from './state-validation.js';

/** A member of an object, and its key as canonical JSON writes it. */
export interface OrderedMember {
  readonly key: string;
  /** Where it is the first: `{"key":` */
  readonly opening: string;
  /** After another: `,"key":` */
  readonly following: string;
}

/** Objects that have the same keys in the same order. */
interface Shape {
  readonly keys: readonly string[];
  readonly members: readonly OrderedMember[];
}

/** Keys that are data, such as user ids, make ever new shapes: what has many keys, or long ones, is not remembered. */
const MOST_KEYS = 24;
const LONGEST_KEY = 64;
/** Shapes remembered for one first key, and first keys. Full, each begins anew. */
const MOST_SHAPES = 8;
const MOST_FIRST_KEYS = 500;

/** States are written with the same few shapes over and over: by the first key, which tells most of them apart. */
const shapesByFirstKey = new Map<string, Shape[]>();

/** The members of an object in the order of canonical JSON: by UTF-16 code units (rule FMT-1). */
export function orderMembers(object: object): readonly OrderedMember[] {
  const keys = Object.keys(object);
  const known = shapesByFirstKey.get(keys[0] ?? '');
  if (known !== undefined) {
    for (const shape of known) if (hasKeys(shape, keys)) return shape.members;
  }
  const shape = { keys, members: [...keys].sort().map(toMember) };
  if (keys.length <= MOST_KEYS && keys.every(isShort)) remember(shape, known);
  return shape.members;
}

function hasKeys(shape: Shape, keys: readonly string[]): boolean {
  if (shape.keys.length !== keys.length) return false;
  for (let index = 0; index < keys.length; index += 1) if (shape.keys[index] !== keys[index]) return false;
  return true;
}

function remember(shape: Shape, known: Shape[] | undefined): void {
  if (known !== undefined && known.length < MOST_SHAPES) {
    known.push(shape);
    return;
  }
  if (shapesByFirstKey.size >= MOST_FIRST_KEYS) shapesByFirstKey.clear();
  shapesByFirstKey.set(shape.keys[0] ?? '', [shape]);
}

function isShort(key: string): boolean {
  return key.length <= LONGEST_KEY;
}

function toMember(key: string): OrderedMember {
  try {
    const quoted = quoteText(key);
    return { key, opening: `{${quoted}:`, following: `,${quoted}:` };
  } catch (error) {
    throw inside(key, error);
  }
}
