import { FsmStorageError } from './fsm-storage.error.js';

/** Options are wrong; tells every problem at once (rule ER-2). */
export class InvalidOptionsError extends FsmStorageError {
  readonly code = 'INVALID_OPTIONS';
  /** One sentence each, beginning with the option's name. */
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[], options?: { readonly cause?: unknown }) {
    super(`${subject}: ${problems.join('; ')}.`, options);
    this.problems = problems;
  }
}
