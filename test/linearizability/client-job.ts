/** What one client process does in one history. */
export interface ClientJob {
  /** `mix`: random calls; `read-all`: reads every key once, until that succeeds. */
  readonly kind: 'mix' | 'read-all';
  /** A new one for each history, so that each history begins empty. */
  readonly namespace: string;
  /** Begins the names of its callers. */
  readonly client: string;
  readonly seed: number;
  /** Concurrent callers in the process; each makes one call after another. */
  readonly callers: number;
  /** Calls of each caller. */
  readonly operations: number;
  /** How many keys of each kind all clients share. */
  readonly states: number;
  readonly counters: number;
  /** `unique`: a new value for each write, which distinguishes most; `few`: few values, so that swaps often succeed. */
  readonly values: 'unique' | 'few';
  /** The file that its log is appended to. */
  readonly log: string;
}

/** What a client process reports while it works. */
export type ClientMessage =
  | { readonly kind: 'ready' }
  /** Some more calls have returned. */
  | { readonly kind: 'progress' }
  /** A call has failed. */
  | { readonly kind: 'trouble' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failure'; readonly text: string };
