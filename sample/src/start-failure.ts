import { hasErrorCode } from './storage/error-code.js';

/** Explains why the bot did not start, for the person starting it. */
export function describeStartFailure(error: unknown, environment: NodeJS.ProcessEnv): string {
  return `The order bot could not start:\n${describe(error, environment)}`;
}

function describe(error: unknown, environment: NodeJS.ProcessEnv): string {
  if (!(error instanceof Error)) return String(error);
  if (hasErrorCode(error, 'EADDRINUSE')) {
    return `PORT: ${environment['PORT'] ?? 3000} is in use. Stop what uses it, or set another one (0: any free one).`;
  }
  return withCauses(error.message, error.cause);
}

/** Appends each cause that says something new. */
function withCauses(text: string, cause: unknown): string {
  if (!(cause instanceof Error)) return text;
  return withCauses(text.includes(cause.message) ? text : `${text}\n  because: ${cause.message}`, cause.cause);
}
