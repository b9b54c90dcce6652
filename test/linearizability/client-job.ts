/** What one client process does in one history. */
export interface ClientJob {
  /** `mix`: random calls; `read-all`: reads every key once, until that succeeds. */
  readonly kind: 'mix' | 'read-all';
  /** One of its own for each history, so that each begins with nothing. */
  readonly namespace: string;
  /** Begins the names of its lanes. */
  readonly client: string;
  readonly seed: number;
  /** Callers side by side in the process, each of which makes one call after another. */
  readonly lanes: number;
  /** Calls of each lane. */
  readonly operations: number;
  /** How many keys of each kind all clients share. */
  readonly states: number;
  readonly counters: number;
  /** Each write a value of its own, which shows most; or few, so that swaps often win. */
  readonly values: 'unique' | 'few';
  /** The file that its log is appended to. */
  readonly log: string;
}

/** What a client process tells while it works. */
export type ClientMessage =
  | { readonly kind: 'ready' }
  /** Some more calls have returned. */
  | { readonly kind: 'progress' }
  /** A call has failed. */
  | { readonly kind: 'trouble' }
  | { readonly kind: 'done' }
  | { readonly kind: 'failure'; readonly text: string };
