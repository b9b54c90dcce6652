import type { Attributes, Histogram, MeterProvider, Span } from '@opentelemetry/api';
import type { Awaitable } from '../contract/storage-driver.js';
import { type Imported, importPeer, moduleOf } from '../toolkit/peer-packages.js';
import type { DriverCall } from './around-every-call.js';
import { ignoreErrors } from '../toolkit/awaitable.js';

type Api = typeof import('@opentelemetry/api');

const SCOPE = 'nestjs-fsm-storage';

/** Bucket bounds in seconds that the semantic conventions recommend for this metric. */
const DURATION_BOUNDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10];

/** Backends that have a different name in the semantic conventions. */
const SYSTEM_NAMES: Readonly<Record<string, string>> = { postgres: 'postgresql' };

/** @throws MissingDependencyError when the package is not installed */
export async function loadOpenTelemetry(backend: string): Promise<OpenTelemetry> {
  const api = await importPeer('The layer telemetry', '@opentelemetry/api', () => moduleOf(loadApi()));
  return new OpenTelemetry(api, backend);
}

async function loadApi(): Promise<Imported<Api>> {
  try {
    return { module: await import('@opentelemetry/api') };
  } catch (error) {
    return { error };
  }
}

/** The span and metric of one call. */
interface Observation {
  /** Makes the call with its span active, so that spans of the client below become children. */
  within<T>(call: () => Awaitable<T>): Awaitable<T>;
  /**
   * Ends the span. Never throws.
   * @param errorCode - undefined: the call succeeded
   */
  end(durationMs: number, errorCode: string | undefined): void;
}

/**
 * Spans and a duration metric of one backend, named according to the semantic conventions for database clients. Without a
 * registered provider, the API's empty ones are called, which do nothing.
 */
export class OpenTelemetry {
  readonly #api: Api;
  readonly #system: string;
  /** Until a provider is registered, the API returns empty meters, which stay empty forever. */
  #meterProvider: MeterProvider | undefined;
  #durations: Histogram | undefined;

  constructor(api: Api, backend: string) {
    this.#api = api;
    this.#system = SYSTEM_NAMES[backend] ?? backend;
  }

  /** @param recordIdentifiers - whether the span contains identifiers */
  observe(call: DriverCall, { recordIdentifiers }: { readonly recordIdentifiers: boolean }): Observation {
    const attributes = this.#attributesOf(call);
    const span = this.#startSpan(call, attributes);
    if (recordIdentifiers && call.identifiers !== undefined) {
      span.setAttribute('fsm_storage.identifiers', [...call.identifiers]);
    }
    const { context, trace } = this.#api;
    const active = trace.setSpan(context.active(), span);
    return {
      within: (work) => context.with(active, work),
      end: (durationMs, errorCode) => {
        const outcome = errorCode === undefined ? attributes : { ...attributes, 'error.type': errorCode };
        ignoreErrors(() => this.#durationHistogram().record(durationMs / 1000, outcome));
        ignoreErrors(() => this.#endSpan(span, errorCode));
      },
    };
  }

  #startSpan({ verb, namespace }: DriverCall, attributes: Attributes): Span {
    const { SpanKind, trace } = this.#api;
    const name = namespace === undefined ? verb : `${verb} ${namespace}`;
    return trace.getTracer(SCOPE).startSpan(name, { kind: SpanKind.CLIENT, attributes });
  }

  /** Without message and exception: they may contain identifiers, and those of a client even state data. */
  #endSpan(span: Span, errorCode: string | undefined): void {
    if (errorCode !== undefined) {
      span.setAttribute('error.type', errorCode);
      span.setStatus({ code: this.#api.SpanStatusCode.ERROR });
    }
    span.end();
  }

  #attributesOf({ verb, namespace, kind }: DriverCall): Attributes {
    return {
      'db.system.name': this.#system,
      'db.operation.name': verb,
      ...(namespace === undefined ? {} : { 'db.collection.name': namespace }),
      ...(kind === undefined ? {} : { 'fsm_storage.kind': kind }),
    };
  }

  #durationHistogram(): Histogram {
    const provider = this.#api.metrics.getMeterProvider();
    if (this.#durations === undefined || provider !== this.#meterProvider) {
      this.#meterProvider = provider;
      this.#durations = provider.getMeter(SCOPE).createHistogram('db.client.operation.duration', {
        description: 'Duration of database client operations.',
        unit: 's',
        advice: { explicitBucketBoundaries: DURATION_BOUNDS },
      });
    }
    return this.#durations;
  }
}
