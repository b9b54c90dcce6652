import { FsmStorageError } from './fsm-storage.error.js';

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
