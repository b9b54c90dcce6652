import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { MemoryDriver } from '../../src/backends/memory/memory.driver.js';
import type { StateDocument } from '../../src/contract/state-document.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import { telemetry, type TelemetryOptions } from '../../src/layers/telemetry.js';
import { FaultyDriver } from '../../src/testing/faulty-driver.js';

const STATE = { name: 'Order:paying', iban: 'secret-state' };

let spans: InMemorySpanExporter;
let exporter: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let driver: FaultyDriver<StateDocument>;

beforeEach(() => {
  spans = new InMemorySpanExporter();
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  driver = new FaultyDriver(new MemoryDriver());
});

afterEach(async () => {
  trace.disable();
  metrics.disable();
  await reader.shutdown().catch(() => {});
});

function registerProviders(...processors: SpanProcessor[]): void {
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans), ...processors] }),
  );
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
}

async function start(options?: TelemetryOptions): Promise<FsmStorage<StateDocument>> {
  const storage = new FsmStorage(driver, { namespace: 'orders', layers: [telemetry(options)] });
  await storage.start();
  return storage;
}

async function durations() {
  await reader.forceFlush();
  const scopes = exporter.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics);
  return scopes.flatMap(({ metrics: found }) => found);
}

describe('telemetry with the SDK of OpenTelemetry', () => {
  it('records a span for each call, by the conventions for database clients', async () => {
    registerProviders();
    const storage = await start();
    await storage.setState('chat:42', STATE);
    driver.failNext('increment', new Error(`foreign ${STATE.iban}`));
    await expect(storage.increment('chat:42')).rejects.toThrow();
    expect(await storage.health()).toBe(true);
    await storage.stop();
    const [write, increment, ping, ...more] = spans.getFinishedSpans();
    expect(more).toEqual([]);
    expect(write).toMatchObject({
      name: 'write orders',
      kind: SpanKind.CLIENT,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'db.system.name': 'memory',
        'db.operation.name': 'write',
        'db.collection.name': 'orders',
        'fsm_storage.kind': 'state',
      },
    });
    expect(increment).toMatchObject({
      name: 'increment orders',
      status: { code: SpanStatusCode.ERROR },
      attributes: { 'error.type': 'UNAVAILABLE' },
    });
    expect(ping).toMatchObject({ name: 'ping' });
    expect(ping?.attributes).toEqual({ 'db.system.name': 'memory', 'db.operation.name': 'ping' });
    const recorded = JSON.stringify(
      spans.getFinishedSpans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
    );
    expect(recorded).not.toContain('chat:42');
    expect(recorded).not.toContain(STATE.iban);
  });

  it('names identifiers when asked to', async () => {
    registerProviders();
    const storage = await start({ recordIdentifiers: true });
    await storage.getStates(['a', 'b']);
    await storage.stop();
    expect(spans.getFinishedSpans()[0]?.attributes).toMatchObject({ 'fsm_storage.identifiers': ['a', 'b'] });
  });

  it('records durations in seconds, in the buckets advised, also where the provider comes late', async () => {
    const storage = await start();
    await storage.getState('a');
    registerProviders();
    await storage.getState('a');
    driver.failNext('read', new Error('ECONNRESET'));
    await expect(storage.getState('a')).rejects.toThrow();
    const [metric, ...others] = await durations();
    await storage.stop();
    expect(others).toEqual([]);
    expect(metric?.descriptor).toMatchObject({ name: 'db.client.operation.duration', unit: 's' });
    const attributes = { 'db.operation.name': 'read', 'db.collection.name': 'orders', 'db.system.name': 'memory' };
    expect(metric?.dataPoints).toEqual([
      expect.objectContaining({
        attributes: expect.objectContaining(attributes),
        value: expect.objectContaining({ count: 1 }),
      }),
      expect.objectContaining({ attributes: expect.objectContaining({ 'error.type': 'UNAVAILABLE' }) }),
    ]);
    expect(metric?.dataPoints[0]?.value).toMatchObject({
      buckets: { boundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
    });
  });

  it.each(['onStart', 'onEnd'] as const)('ER-5 a processor that throws in %s affects no call', async (hook) => {
    const throws = (): never => {
      throw new Error('processor');
    };
    const idle = { onStart: () => {}, onEnd: () => {}, forceFlush: async () => {}, shutdown: async () => {} };
    registerProviders({ ...idle, [hook]: throws });
    const storage = await start();
    expect(await storage.increment('a')).toBe(1);
    expect(await storage.increment('a')).toBe(2);
    await storage.stop();
  });

  it('ER-5 a meter that throws touches no call, and its span ends', async () => {
    registerProviders();
    metrics.disable();
    const getMeter = (): never => {
      throw new Error('meter');
    };
    metrics.setGlobalMeterProvider({ getMeter });
    const storage = await start();
    expect(await storage.increment('a')).toBe(1);
    await storage.stop();
    expect(spans.getFinishedSpans()).toHaveLength(1);
  });

  it('works where the app has registered nothing', async () => {
    const storage = await start();
    expect(await storage.increment('a')).toBe(1);
    await storage.stop();
  });
});
