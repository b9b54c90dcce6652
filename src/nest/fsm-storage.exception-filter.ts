import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus, Inject, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { throwError } from 'rxjs';
import { type CircuitOpenError, isBackendError } from '../errors/backend-errors.js';
import { type ErrorCode, FsmStorageError } from '../errors/fsm-storage.error.js';
import { sharedClass } from '../errors/shared-class.js';

/** The HTTP status of each error. An error that only the app's developer can fix is a 500. */
const STATUS: Readonly<Record<ErrorCode, HttpStatus>> = {
  INVALID_IDENTIFIER: HttpStatus.BAD_REQUEST,
  INVALID_PATTERN: HttpStatus.BAD_REQUEST,
  INVALID_STATE: HttpStatus.BAD_REQUEST,
  INVALID_TTL: HttpStatus.BAD_REQUEST,
  INVALID_AMOUNT: HttpStatus.BAD_REQUEST,
  STATE_TOO_LARGE: HttpStatus.PAYLOAD_TOO_LARGE,
  CONTENTION: HttpStatus.CONFLICT,
  COUNTER_OVERFLOW: HttpStatus.CONFLICT,
  UNAVAILABLE: HttpStatus.SERVICE_UNAVAILABLE,
  TIMEOUT: HttpStatus.SERVICE_UNAVAILABLE,
  CIRCUIT_OPEN: HttpStatus.SERVICE_UNAVAILABLE,
  NOT_STARTED: HttpStatus.SERVICE_UNAVAILABLE,
  CORRUPT_STATE: HttpStatus.INTERNAL_SERVER_ERROR,
  INVALID_OPTIONS: HttpStatus.INTERNAL_SERVER_ERROR,
  MISSING_DEPENDENCY: HttpStatus.INTERNAL_SERVER_ERROR,
};

/**
 * Turns the errors of a storage into responses, with the body `{ statusCode, code, message }`:
 *
 * - an argument that came with the request is wrong: 400; a state is too large: 413
 * - other callers kept changing the same state, or a counter is at its limit: 409
 * - the backend is down or too slow, or its circuit is open: 503 with `Retry-After` in seconds; the message says whether
 *   the request may have been applied
 * - everything else: 500, and the error is logged
 *
 * The body of a 503 or 500 contains no detail of the backend. A WebSocket client receives the body as the event
 * `exception`; in a microservice and in GraphQL the error is passed on. Works with every HTTP adapter.
 *
 * @example
 * ```ts
 * import { Module } from '@nestjs/common';
 * import { APP_FILTER } from '@nestjs/core';
 * import { FsmStorageExceptionFilter, FsmStorageModule } from 'nestjs-fsm-storage';
 *
 * @Module({
 *   imports: [FsmStorageModule.forRoot({ backend: 'memory' })],
 *   providers: [{ provide: APP_FILTER, useClass: FsmStorageExceptionFilter }],
 * })
 * export class AppModule {}
 * ```
 */
@Catch(FsmStorageError)
@sharedClass('FsmStorageExceptionFilter')
export class FsmStorageExceptionFilter implements ExceptionFilter<FsmStorageError> {
  readonly #logger = new Logger('FsmStorageModule');
  readonly #adapterHost: HttpAdapterHost;

  /** @param adapterHost - injected; outside a module: `app.get(HttpAdapterHost)` */
  constructor(@Inject(HttpAdapterHost) adapterHost: HttpAdapterHost) {
    this.#adapterHost = adapterHost;
  }

  /** @inheritDoc */
  catch(error: FsmStorageError, host: ArgumentsHost): unknown {
    const statusCode = STATUS[error.code];
    if (statusCode === HttpStatus.INTERNAL_SERVER_ERROR) this.#logger.error(error);
    const body = { statusCode, code: error.code, message: messageFor(error, statusCode) };
    switch (host.getType()) {
      case 'http':
        return this.#respond(error, body, host.getArgByIndex<unknown>(1));
      case 'ws':
        return host.switchToWs().getClient<{ emit(event: string, body: object): unknown }>().emit('exception', body);
      case 'rpc':
        return throwError(() => error);
      default:
        throw error;
    }
  }

  #respond(error: FsmStorageError, body: { readonly statusCode: HttpStatus }, response: unknown): void {
    const { httpAdapter } = this.#adapterHost;
    if (httpAdapter.isHeadersSent(response)) {
      httpAdapter.end(response);
      return;
    }
    if (body.statusCode === HttpStatus.SERVICE_UNAVAILABLE) {
      httpAdapter.setHeader(response, 'Retry-After', `${retryAfterSeconds(error)}`);
    }
    httpAdapter.reply(response, body, body.statusCode);
  }
}

/** HTTP takes whole seconds; at least one, so that no client retries at once. */
function retryAfterSeconds(error: FsmStorageError | CircuitOpenError): number {
  const milliseconds = 'retryAfterMs' in error ? error.retryAfterMs : 0;
  return Math.max(1, Math.ceil(milliseconds / 1000));
}

function messageFor(error: FsmStorageError, status: HttpStatus): string {
  switch (status) {
    case HttpStatus.INTERNAL_SERVER_ERROR:
      return 'Internal server error';
    case HttpStatus.SERVICE_UNAVAILABLE:
      return isBackendError(error) && error.outcome === 'unknown'
        ? 'The storage is not available. The request may have been applied: check before you repeat it.'
        : 'The storage is not available. Nothing was changed: try again.';
    default:
      return error.message;
  }
}
