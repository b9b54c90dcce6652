/** A numbered rule of the contract, as in `docs/reference/contract.md`. */
export interface ContractRule {
  /** The number that starts the titles of its tests, e.g. `TTL-2`. */
  readonly id: string;
  /** A summary in one line. */
  readonly text: string;
  /**
   * `suite`: the contract suite tests it on every backend. Otherwise the kind of test in this package that covers it.
   */
  readonly provedBy: 'suite' | 'integration tests' | 'fault tests' | 'end-to-end tests';
}

/** Every rule of the contract, in the order of the contract. */
export const RULES: readonly ContractRule[] = [
  rule('ID-1', 'an identifier is a well-formed string of 1 to 512 UTF-8 bytes without U+0000'),
  rule('ID-2', 'identifiers are compared exactly'),
  rule('NS-1', 'namespaces are separate'),
  rule('NS-2', 'states and counters are separate'),
  rule('NS-3', 'clearNamespace removes this namespace and nothing else, and returns how many entries were live'),
  rule('NS-4', 'forFeature gives the namespace <root>.<feature>'),
  rule('ST-1', 'a read returns what was written, as a separate copy'),
  rule('ST-2', 'only JSON objects are accepted; nothing is coerced silently'),
  rule('ST-3', 'a state has at most maxStateBytes'),
  rule('ST-4', 'reading a damaged value is an error; it can be overwritten and deleted'),
  rule('ST-5', 'a failed read is an error, never null'),
  rule('TTL-1', 'ttl is in seconds; 0 never expires; keep preserves the deadline'),
  rule('TTL-2', 'from its deadline on an entry is absent for every operation'),
  rule('TTL-3', 'one clock decides'),
  rule('TTL-4', 'deadlines of any length work; a clock that steps back loses no entry'),
  rule('TTL-5', 'expired entries are swept in the background'),
  rule('TTL-6', 'writes replace the deadline, update keeps it, touch changes nothing else'),
  rule('CAS-1', 'compareAndSet writes only if the current document equals the expected one'),
  rule('CAS-2', 'with expected null or omitted it writes only if the state is absent'),
  rule('CAS-3', 'an expected document never matches an absent or expired state'),
  rule('CAS-4', 'a lost race returns false, never an error'),
  rule('CAS-5', 'update loses no update and rejects with ContentionError after its last attempt'),
  rule('CNT-1', 'increment is atomic'),
  rule('CNT-2', 'an absent or expired counter starts from 0'),
  rule('CNT-3', 'value and deadline change in one step'),
  rule('CNT-4', 'amounts are safe integers and totals stay within them'),
  rule('CNT-5', 'counters are listed, and their deadlines read and changed, as those of states'),
  rule('LS-1', 'listKeys returns the live states that match, each once'),
  rule('LS-2', 'patterns match the same on all backends, in linear time'),
  rule('LS-3', 'a state that exists during the whole listing is listed'),
  rule('LS-4', 'scanKeys streams and can be stopped early'),
  rule('LC-1', 'start and stop may be called repeatedly and concurrently'),
  rule('LC-2', 'every operation rejects before start and after stop'),
  rule('LC-3', 'in Nest the storage outlives its consumers', 'end-to-end tests'),
  rule('HL-1', 'health never throws and reports the real condition'),
  rule('HL-2', 'the health indicator reports backend, namespace and latency, and no secrets', 'end-to-end tests'),
  rule('ER-1', 'every error is an FsmStorageError with a code; no message contains state data'),
  rule('ER-2', 'incorrect use has dedicated errors'),
  rule('ER-3', 'expected outcomes have dedicated errors'),
  rule('ER-4', 'an error during an outage says whether the call may have been applied'),
  rule('ER-5', 'no unhandled rejection, no crash'),
  rule('FMT-1', 'values are canonical JSON'),
  rule('FMT-2', 'the layout of Redis keys', 'integration tests'),
  rule('FMT-3', 'the layout of SQL tables', 'integration tests'),
];

function rule(id: string, text: string, provedBy: ContractRule['provedBy'] = 'suite'): ContractRule {
  return { id, text, provedBy };
}
