/** The name of the state at a key; null: the key has no state. */
export type Value = string | null;

/** What was asked of one key. */
export type Call =
  | { readonly kind: 'get' }
  | { readonly kind: 'set'; readonly next: string }
  | { readonly kind: 'compareAndSet'; readonly expected: Value; readonly next: string }
  | { readonly kind: 'delete' }
  /** The last try of an `update`: the state that it saw and what it put in its place. Earlier tries changed nothing. */
  | { readonly kind: 'update'; readonly seen: Value; readonly next: Value }
  | { readonly kind: 'increment'; readonly amount: number }
  | { readonly kind: 'getCounter' }
  | { readonly kind: 'deleteCounter' };

/** The result of a call; null also for a call without a result, such as `set`. */
export type CallResult = string | number | boolean | null;

/** What became of a call. */
export type Outcome =
  /** Returned; it took place at one moment between call and return. */
  | { readonly kind: 'ok'; readonly result: CallResult; readonly returnedAt: number }
  /** Refused or failed, and said to have changed nothing: it must never have taken place. */
  | { readonly kind: 'not-applied' }
  /** Failed without saying, or its client is gone: it took place at any moment after its call, or never. */
  | { readonly kind: 'unknown' };

/** One call in a history. Moments are nanoseconds of a clock that all clients share. */
export interface Operation {
  readonly client: string;
  /** Each key is its own object: `state:a` and `counter:a` are two. */
  readonly key: string;
  readonly call: Call;
  readonly calledAt: number;
  readonly outcome: Outcome;
}

/** What calls did, in no particular order. */
export type History = readonly Operation[];
