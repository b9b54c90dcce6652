import type { DriverLayer } from '../contract/driver-layer.js';
import type { StorageDriver } from '../contract/storage-driver.js';
import { InvalidOptionsError } from '../errors/usage-errors.js';
import { describeValue } from '../toolkit/describe-value.js';
import { driverProblems } from './validate-driver.js';
import type { OptionsReader } from '../toolkit/options-reader.js';

/** Reads the option `layers`; undefined where it is left out or wrong. */
export function readLayers(reader: OptionsReader): readonly DriverLayer[] | undefined {
  const layers = reader.value('layers', 'a list of layers such as [circuitBreaker()]', isList);
  const problems = (layers ?? []).flatMap((layer, index) => (isLayer(layer) ? [] : [describeNoLayer(layer, index)]));
  for (const problem of problems) reader.problem(problem);
  return layers?.filter(isLayer);
}

/**
 * The driver with the layers around it, the first one outermost. Each layer makes something of its own for it.
 * @throws InvalidOptionsError when a layer gives back something else than a driver
 */
export function applyLayers<Encoded>(
  driver: StorageDriver<Encoded>,
  layers: readonly DriverLayer[],
): StorageDriver<Encoded> {
  return layers.reduceRight((inner, layer, index) => {
    const outer = layer.around(inner);
    const problems = driverProblems(outer).map((problem) => `layers[${index}] (${layer.name}) gave back no ${problem}`);
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

function describeNoLayer(value: unknown, index: number): string {
  const hint = typeof value === 'function' ? ', which must be called: a layer is what it gives back' : '';
  return `layers[${index}]: expected a DriverLayer with name and around(), got ${describeValue(value)}${hint}`;
}
