import { FsmStorageError } from './fsm-storage.error.js';

/** An identifier breaks rule ID-1. Nothing was changed. */
export class InvalidIdentifierError extends FsmStorageError {
  readonly code = 'INVALID_IDENTIFIER';
}

/** A state is not a plain JSON object (rule ST-2). Nothing was changed. */
export class InvalidStateError extends FsmStorageError {
  readonly code = 'INVALID_STATE';
  /** The path of the invalid part, e.g. `state.data.when`. */
  readonly path: string;

  constructor(path: string, problem: string, options?: { readonly cause?: unknown }) {
    super(`${path}: ${problem}`, options);
    this.path = path;
  }
}

/** A state's canonical JSON is larger than `maxStateBytes` (rule ST-3). Nothing was changed. */
export class StateTooLargeError extends FsmStorageError {
  readonly code = 'STATE_TOO_LARGE';
}

/** A ttl is not a number of seconds from 0 to 100 years (rule TTL-1). Nothing was changed. */
export class InvalidTtlError extends FsmStorageError {
  readonly code = 'INVALID_TTL';
}

/** An increment's amount is not a safe integer (rule CNT-4). Nothing was changed. */
export class InvalidAmountError extends FsmStorageError {
  readonly code = 'INVALID_AMOUNT';
}

/** A glob has an unclosed bracket, a trailing backslash or more than 1,024 UTF-8 bytes (rule LS-2). */
export class InvalidPatternError extends FsmStorageError {
  readonly code = 'INVALID_PATTERN';
}

/** Options are wrong; the message lists every problem (rule ER-2). */
export class InvalidOptionsError extends FsmStorageError {
  readonly code = 'INVALID_OPTIONS';
  /** One sentence for each problem, starting with the option's name. */
  readonly problems: readonly string[];

  constructor(subject: string, problems: readonly string[], options?: { readonly cause?: unknown }) {
    const listed = problems.join('; ');
    super(`${subject}: ${listed}${listed.endsWith('?') ? '' : '.'}`, options);
    this.problems = problems;
  }
}

/** A storage was used before `start` or after `stop` (rule LC-2). */
export class StorageNotStartedError extends FsmStorageError {
  readonly code = 'NOT_STARTED';
}

/** A backend's package is not installed (rule ER-2). */
export class MissingDependencyError extends FsmStorageError {
  readonly code = 'MISSING_DEPENDENCY';
  /** The packages to install. */
  readonly packages: readonly string[];

  /**
   * @param purpose - what needs the packages, e.g. `backend "redis"`
   * @param install - the arguments of `npm install` that resolve today
   */
  constructor(purpose: string, packages: readonly string[], install: string, options?: { readonly cause?: unknown }) {
    super(`${purpose} needs ${packages.join(' or ')}, which is not installed. Run: npm install ${install}`, options);
    this.packages = packages;
  }
}
