import { DRIVER_VERBS } from '../contract/operations.js';
import { describeValue } from '../toolkit/describe-value.js';

/** What keeps a value from being a driver; none: it is one. Goes by shape, as an app may hold two copies of the package. */
export function driverProblems(driver: unknown): readonly string[] {
  if (typeof driver !== 'object' || driver === null) {
    return [`driver: expected a StorageDriver, got ${describeValue(driver)}`];
  }
  const missing = DRIVER_VERBS.filter((verb) => typeof Reflect.get(driver, verb) !== 'function');
  const problems =
    missing.length === 0 ? [] : [`driver: expected a StorageDriver, this one lacks ${missing.join(', ')}`];
  const encoding: unknown = Reflect.get(driver, 'encoding');
  if (encoding !== 'text' && encoding !== 'document') {
    problems.push(`driver.encoding: expected 'text' | 'document', got ${describeValue(encoding)}`);
  }
  return problems;
}
