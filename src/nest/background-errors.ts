import { Logger } from '@nestjs/common';
import { describeErrorSafely } from './describe-error.js';

const logger = new Logger('FsmStorageModule');

/** Where errors that have no caller go unless the app takes them itself: warnings, without secrets (rule HL-2). */
export function logBackgroundError(error: unknown): void {
  logger.warn(`in the background: ${describeErrorSafely(error)}`);
}
