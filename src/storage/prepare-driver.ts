import type { DriverLayer } from '../contract/driver-layer.js';
import { DRIVER_VERBS } from '../contract/operations.js';
import type { StorageDriver } from '../contract/storage-driver.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';
import type { OptionsReader } from '../toolkit/options-reader.js';

/** Why a value is not a driver; empty: it is one. Checks the shape, as an app may contain two copies of the package. */
export function driverProblems(driver: unknown): readonly string[] {
  if (typeof driver !== 'object' || driver === null) {
    return [`driver: expected a StorageDriver, got ${describeValue(driver)}`];
  }
  const missing = missingMethods(driver, DRIVER_VERBS);
  const problems =
    missing.length === 0 ? [] : [`driver: expected a StorageDriver, this one lacks ${missing.join(', ')}`];
  const encoding: unknown = Reflect.get(driver, 'encoding');
  if (encoding !== 'text' && encoding !== 'document') {
    problems.push(`driver.encoding: expected 'text' | 'document', got ${describeValue(encoding)}`);
  }
  return problems;
}

/** The methods that an object lacks. */
export function missingMethods(value: object, names: readonly string[]): readonly string[] {
  return names.filter((name) => typeof Reflect.get(value, name) !== 'function');
}

/** Reads the option `layers`; undefined: it is left out or wrong. */
export function readLayers(reader: OptionsReader): readonly DriverLayer[] | undefined {
  const layers = reader.value('layers', 'a list of layers such as [circuitBreaker()]', isList);
  const problems = (layers ?? []).flatMap((layer, index) => (isLayer(layer) ? [] : [describeWrongLayer(layer, index)]));
  for (const problem of problems) reader.problem(problem);
  return layers?.filter(isLayer);
}

/**
 * Wraps the layers around a driver, the first one outermost. Each layer creates its own state for this driver.
 * @throws InvalidOptionsError when a layer does not return a driver
 */
export function applyLayers<Encoded>(
  driver: StorageDriver<Encoded>,
  layers: readonly DriverLayer[],
): StorageDriver<Encoded> {
  return layers.reduceRight((inner, layer, index) => {
    const outer = layer.around(inner);
    const returned = `layers[${index}] (${layer.name}) did not return a valid`;
    const problems = driverProblems(outer).map((problem) => `${returned} ${problem}`);
    if (problems.length > 0) throw new InvalidOptionsError('layers', problems);
    return outer;
  }, driver);
}

function isList(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function isLayer(value: unknown): value is DriverLayer {
  if (typeof value !== 'object' || value === null || !('name' in value) || !('around' in value)) return false;
  return typeof value.name === 'string' && typeof value.around === 'function';
}

function describeWrongLayer(value: unknown, index: number): string {
  const hint = typeof value === 'function' ? '; call this function and list the layer that it returns' : '';
  return `layers[${index}]: expected a DriverLayer with name and around(), got ${describeValue(value)}${hint}`;
}
