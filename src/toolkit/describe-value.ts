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
  return `an instance of ${constructor.name}`;
}
