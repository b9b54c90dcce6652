import { FsmStorageError } from './fsm-storage.error.js';
import { sharedClass } from './shared-class.js';

/** An identifier breaks rule ID-1. Nothing was changed. */
@sharedClass('InvalidIdentifierError')
export class InvalidIdentifierError extends FsmStorageError {
  readonly code = 'INVALID_IDENTIFIER';
}

/** A state is not a plain JSON object (rule ST-2). Nothing was changed. */
@sharedClass('InvalidStateError')
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
@sharedClass('StateTooLargeError')
export class StateTooLargeError extends FsmStorageError {
  readonly code = 'STATE_TOO_LARGE';
}

/** A ttl is not a number of seconds from 0 to 100 years (rule TTL-1). Nothing was changed. */
@sharedClass('InvalidTtlError')
export class InvalidTtlError extends FsmStorageError {
  readonly code = 'INVALID_TTL';
}

/** An increment's amount is not a safe integer (rule CNT-4). Nothing was changed. */
@sharedClass('InvalidAmountError')
export class InvalidAmountError extends FsmStorageError {
  readonly code = 'INVALID_AMOUNT';
}

/** A glob has an unclosed bracket, a trailing backslash or more than 1,024 UTF-8 bytes (rule LS-2). */
@sharedClass('InvalidPatternError')
export class InvalidPatternError extends FsmStorageError {
  readonly code = 'INVALID_PATTERN';
}

/** Options are wrong; the message lists every problem (rule ER-2). */
@sharedClass('InvalidOptionsError')
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
@sharedClass('StorageNotStartedError')
export class StorageNotStartedError extends FsmStorageError {
  readonly code = 'NOT_STARTED';
}

/** A package that the app installed, in a version that does not fit. */
interface InstalledPackage {
  readonly version: string;
  /** The versions that fit. */
  readonly range: string;
}

/** A backend's package is not installed, or in a version that is not supported (rule ER-2). */
@sharedClass('MissingDependencyError')
export class MissingDependencyError extends FsmStorageError {
  readonly code = 'MISSING_DEPENDENCY';
  /** The packages to install. */
  readonly packages: readonly string[];

  /**
   * @param purpose - what needs the packages, e.g. `backend "redis"`
   * @param install - the arguments of `npm install` that resolve today
   * @param options - `installed`: one package is installed, but its version is outside the range
   */
  constructor(
    purpose: string,
    packages: readonly string[],
    install: string,
    { installed, ...options }: { readonly cause?: unknown; readonly installed?: InstalledPackage } = {},
  ) {
    const names = packages.join(' or ');
    const problem =
      installed === undefined
        ? `${names}, which is not installed`
        : `${names} ${installed.range}, but ${installed.version} is installed`;
    super(`${purpose} needs ${problem}. Run: npm install ${install}`, options);
    this.packages = packages;
  }
}
