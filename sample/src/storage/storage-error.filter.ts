import type { ServerResponse } from 'node:http';
import { Catch, HttpException, HttpStatus, Logger, type ArgumentsHost } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { BackendError, CircuitOpenError, FsmStorageError } from 'nestjs-fsm-storage';

/** Turns every error of the storage into an HTTP response. */
@Catch(FsmStorageError)
export class StorageErrorFilter extends BaseExceptionFilter {
  readonly #logger = new Logger(StorageErrorFilter.name);

  override catch(error: FsmStorageError, host: ArgumentsHost): void {
    const answer = toHttpException(error);
    if (answer.getStatus() >= 500) this.#logger.warn(error.message);
    tellWhenToRetry(error, host);
    super.catch(answer, host);
  }
}

/** Whole seconds, as HTTP requires; at least one, so that no client retries at once. */
function tellWhenToRetry(error: FsmStorageError, host: ArgumentsHost): void {
  if (!(error instanceof CircuitOpenError)) return;
  const seconds = Math.max(1, Math.ceil(error.retryAfterMs / 1000));
  host.switchToHttp().getResponse<ServerResponse>().setHeader('Retry-After', seconds);
}

function toHttpException(error: FsmStorageError): HttpException {
  switch (error.code) {
    case 'INVALID_IDENTIFIER':
    case 'INVALID_PATTERN':
      return httpException(HttpStatus.BAD_REQUEST, error, error.message);
    case 'UNAVAILABLE':
    case 'TIMEOUT':
    case 'CIRCUIT_OPEN':
    case 'NOT_STARTED':
      return httpException(HttpStatus.SERVICE_UNAVAILABLE, error, `The store is not available. ${adviceFor(error)}`);
    case 'CONTENTION':
      return httpException(HttpStatus.SERVICE_UNAVAILABLE, error, 'Too many messages at once; try again.');
    default:
      return httpException(HttpStatus.INTERNAL_SERVER_ERROR, error, 'The conversation cannot be read or written.');
  }
}

/** Says whether the request may have been applied: a write whose reply was lost may have been. */
function adviceFor(error: FsmStorageError): string {
  const isUnknown = error instanceof BackendError && error.outcome === 'unknown';
  return isUnknown
    ? 'Your request may have been applied; check before you repeat it.'
    : 'Nothing was changed; try again.';
}

function httpException(status: HttpStatus, { code }: FsmStorageError, message: string): HttpException {
  return new HttpException({ statusCode: status, code, message }, status);
}
