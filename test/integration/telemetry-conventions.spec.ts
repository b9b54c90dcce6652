// What docs/guide/layers.md says of OpenTelemetry, as the SDK sees it. Names are spelled here as in the semantic
// conventions for database clients.
import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Context,
  context,
  type ContextManager,
  metrics,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import {
  AggregationTemporality,
  type Histogram,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { DataSource } from 'typeorm';
import { MemoryDriver } from '../../src/backends/memory/memory.driver.js';
import { TypeOrmStorage } from '../../src/backends/typeorm/typeorm.storage.js';
import type { DriverLayer } from '../../src/contract/driver-layer.js';
import type { StateDocument } from '../../src/contract/state-document.js';
import { aroundEveryCall } from '../../src/layers/around-every-call.js';
import { telemetry } from '../../src/layers/telemetry.js';
import { FsmStorage } from '../../src/storage/fsm-storage.js';
import { FakeClock } from '../../src/testing/fake-clock.js';
import { FaultyDriver } from '../../src/testing/faulty-driver.js';

/** The memory backend under the name of another one. */
class NamedDriver extends FaultyDriver<StateDocument> {
  readonly #name: string;

  constructor(name: string) {
    super(new MemoryDriver());
    this.#name = name;
  }

  override get backend(): string {
    return this.#name;
  }
}

/** The least that keeps a context active across promises. */
class AsyncContexts implements ContextManager {
  readonly #contexts = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#contexts.getStore() ?? ROOT_CONTEXT;
  }

  with(active: Context, work: (...given: never[]) => unknown, self?: unknown, ...given: unknown[]): never {
    return this.#contexts.run(active, (): unknown => Reflect.apply(work, self, given)) as never;
  }

  bind<T>(_: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

/** A client below that creates its own spans. */
const tracedClient: DriverLayer = {
  name: 'tracedClient',
  around: (driver) =>
    aroundEveryCall(driver, async (_, proceed) => {
      await Promise.resolve();
      trace.getTracer('client').startSpan('GET').end();
      return proceed();
    }),
};

let spans: InMemorySpanExporter;
let exporter: InMemoryMetricExporter;
let reader: PeriodicExportingMetricReader;
let clock: FakeClock;

beforeEach(() => {
  spans = new InMemorySpanExporter();
  exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1_000_000 });
  clock = new FakeClock();
  context.setGlobalContextManager(new AsyncContexts());
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }));
});

afterEach(async () => {
  trace.disable();
  metrics.disable();
  context.disable();
  await reader.shutdown();
});

async function start(driver: NamedDriver, ...below: DriverLayer[]): Promise<FsmStorage<StateDocument>> {
  const layers = [telemetry({ recordIdentifiers: true, clock }), ...below];
  const storage = new FsmStorage(driver, { namespace: 'orders', layers });
  await storage.start();
  spans.reset();
  return storage;
}

/** The values of the operations in the namespace; starting and stopping have none. */
async function durations() {
  await reader.forceFlush();
  const [metric, ...others] = exporter
    .getMetrics()
    .flatMap(({ scopeMetrics }) => scopeMetrics)
    .flatMap(({ metrics: found }) => found);
  expect(others).toEqual([]);
  expect(metric?.descriptor).toMatchObject({
    name: 'db.client.operation.duration',
    description: 'Duration of database client operations.',
    unit: 's',
  });
  return (metric?.dataPoints ?? []).map(({ attributes, value }) => ({ attributes, value: value as Histogram }));
}

describe('the conventions for database clients', () => {
  it.each([
    ['memory', 'memory'],
    ['redis', 'redis'],
    ['sqlite', 'sqlite'],
    ['mysql', 'mysql'],
    ['mariadb', 'mariadb'],
    ['postgres', 'postgresql'],
  ])('name %s as the system %s, on the span and on the metric', async (backend, system) => {
    const storage = await start(new NamedDriver(backend));
    await storage.getState('a');
    await storage.stop();
    const attributes = {
      'db.system.name': system,
      'db.operation.name': 'read',
      'db.collection.name': 'orders',
      'fsm_storage.kind': 'state',
    };
    expect(spans.getFinishedSpans().map((span) => span.attributes)).toEqual([
      { ...attributes, 'fsm_storage.identifiers': ['a'] },
    ]);
    expect((await durations()).map((point) => point.attributes)).toEqual([attributes]);
  });

  it('name the database behind a DataSource of the app as the system', async () => {
    const dataSource = await new DataSource({ type: 'better-sqlite3', database: ':memory:' }).initialize();
    const storage = new TypeOrmStorage({ dataSource, layers: [telemetry()] });
    await storage.start();
    await storage.getState('a');
    await storage.stop();
    await dataSource.destroy();
    const systems = [...spans.getFinishedSpans(), ...(await durations())].map(({ attributes }) => {
      return attributes['db.system.name'];
    });
    expect(systems.length).toBeGreaterThan(1);
    expect(systems).toEqual(systems.map(() => 'sqlite'));
  });

  it('have the error by its code only, on the span and on the metric', async () => {
    const driver = new NamedDriver('redis');
    const storage = await start(driver);
    driver.failNext('increment', new Error('the state is secret'));
    await expect(storage.increment('a')).rejects.toThrow();
    await storage.stop();
    const attributes = {
      'db.system.name': 'redis',
      'db.operation.name': 'increment',
      'db.collection.name': 'orders',
      'fsm_storage.kind': 'counter',
      'error.type': 'UNAVAILABLE',
    };
    const [span, ...more] = spans.getFinishedSpans();
    expect(more).toEqual([]);
    expect(span?.attributes).toEqual({ ...attributes, 'fsm_storage.identifiers': ['a'] });
    expect(span?.status).toEqual({ code: SpanStatusCode.ERROR });
    expect(span?.events).toEqual([]);
    expect((await durations()).map((point) => point.attributes)).toEqual([attributes]);
  });

  it('have durations in seconds', async () => {
    const driver = new NamedDriver('redis');
    const storage = await start(driver);
    const answer = driver.delayNext('read');
    const state = storage.getState('a');
    clock.advance(250);
    answer();
    await state;
    await storage.stop();
    const [point] = await durations();
    expect(point?.value).toMatchObject({ count: 1, sum: 0.25, min: 0.25, max: 0.25 });
    // Between the bounds 0.1 and 0.5, the fifth and the sixth of those advised.
    expect(point?.value.buckets.counts).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
  });
});

describe('the span of a call', () => {
  it('is a child of what the app does, and the parent of what the client below does', async () => {
    const storage = await start(new NamedDriver('redis'), tracedClient);
    const request = trace.getTracer('app').startSpan('request');
    await context.with(trace.setSpan(context.active(), request), () => storage.getState('a'));
    await storage.stop();
    const read = spans.getFinishedSpans().find(({ name }) => name === 'read orders');
    const ofClient = spans.getFinishedSpans().find(({ name, parentSpanContext }) => {
      return name === 'GET' && parentSpanContext !== undefined;
    });
    expect(read?.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(read?.spanContext().traceId).toBe(request.spanContext().traceId);
    expect(ofClient?.parentSpanContext?.spanId).toBe(read?.spanContext().spanId);
  });
});
