/** A numbered promise of `docs/reference/contract.md`. */
export interface ContractRule {
  readonly id: string;
  /** The rule in one line. */
  readonly text: string;
  /** `suite`: the contract suite proves it on every backend; otherwise the kind of test that does. */
  readonly provedBy: 'suite' | 'integration tests' | 'fault tests' | 'end-to-end tests';
}

/** Every rule of the contract, in its order. */
export const RULES: readonly ContractRule[] = [
  rule('ID-1', 'an identifier is a well-formed string of 1 to 512 UTF-8 bytes without U+0000'),
  rule('ID-2', 'identifiers are compared exactly'),
  rule('NS-1', 'namespaces never meet'),
  rule('NS-2', 'states and counters live apart'),
  rule('NS-3', 'clearNamespace removes this namespace, nothing else, and counts what was live'),
  rule('NS-4', 'forFeature gives the namespace <root>.<feature>'),
  rule('ST-1', 'what is read is what was written, shared with nobody'),
  rule('ST-2', 'only JSON objects; nothing is coerced in silence'),
  rule('ST-3', 'a state has at most maxStateBytes'),
  rule('ST-4', 'a damaged value is an error on read, and can be overwritten and deleted'),
  rule('ST-5', 'a read that fails is an error, never null'),
  rule('TTL-1', 'ttl is in seconds; 0 never expires; keep keeps'),
  rule('TTL-2', 'from its deadline on an entry is absent for every operation'),
  rule('TTL-3', 'one clock decides'),
  rule('TTL-4', 'deadlines of any length hold; a clock that steps back loses nothing'),
  rule('TTL-5', 'expired entries are swept in the background'),
  rule('TTL-6', 'writes replace the deadline, update keeps it, touch changes nothing else'),
  rule('CAS-1', 'writes only if the current document equals the expected one'),
  rule('CAS-2', 'expected null or left out: only if absent'),
  rule('CAS-3', 'an expected document never matches an absent or expired state'),
  rule('CAS-4', 'a lost race is false, never an error'),
  rule('CAS-5', 'update loses no update and gives up with ContentionError'),
  rule('CNT-1', 'increment is atomic'),
  rule('CNT-2', 'an absent or expired counter starts from 0'),
  rule('CNT-3', 'value and deadline change in one step'),
  rule('CNT-4', 'amounts are safe integers and totals stay within them'),
  rule('LS-1', 'lists live states that match, each once'),
  rule('LS-2', 'one glob on all backends, in linear time'),
  rule('LS-3', 'what exists during the whole listing is listed'),
  rule('LS-4', 'scanKeys streams and can be stopped early'),
  rule('LC-1', 'start and stop may be called twice, at once and again'),
  rule('LC-2', 'nothing works before start or after stop'),
  rule('LC-3', 'in Nest the storage outlives its consumers', 'end-to-end tests'),
  rule('HL-1', 'health never throws and tells the truth'),
  rule('HL-2', 'the health indicator reports backend, namespace and latency, and no secret', 'end-to-end tests'),
  rule('ER-1', 'every error is an FsmStorageError with a code; state data is in no message'),
  rule('ER-2', 'wrong use has errors of its own'),
  rule('ER-3', 'outcomes have errors of their own'),
  rule('ER-4', 'an outage tells whether the call may have been applied'),
  rule('ER-5', 'no unhandled rejection, no crash'),
  rule('FMT-1', 'values are canonical JSON'),
  rule('FMT-2', 'the layout of Redis keys', 'integration tests'),
  rule('FMT-3', 'the layout of SQL tables', 'integration tests'),
];

function rule(id: string, text: string, provedBy: ContractRule['provedBy'] = 'suite'): ContractRule {
  return { id, text, provedBy };
}
