import { checkHistory } from './check-history.js';
import { describeVerdict } from './describe-evidence.js';
import type { FaultName } from './faults.js';
import type { Engine } from './engines.js';
import type { History, Outcome } from './operation.js';
import type { PlantedBug } from './planted-bugs.js';
import { Recorder } from './record-history.js';

/** How much is recorded. */
export interface ProofOptions {
  readonly histories: number;
  /** Calls of each caller in a history. */
  readonly operations: number;
  /** Of the first history; the next ones count on. */
  readonly seed: number;
  readonly plantedBug?: PlantedBug;
  /** Ends at the first history that is refuted. */
  readonly untilRefuted?: true;
}

/** What the histories of one kind of fault held. */
export interface Counted {
  readonly histories: number;
  readonly calls: Readonly<Record<Outcome['kind'], number>>;
}

/** What was recorded, and what it shows. */
export interface ProofReport {
  readonly engine: Engine;
  readonly counted: ReadonlyMap<FaultName, Counted>;
  /** One text for each history that no order explains, though nothing may be lost. */
  readonly refuted: readonly string[];
  /** The same for those whose fault may lose what was acknowledged. */
  readonly losses: readonly string[];
}

/**
 * Records histories, each fault in its turn, and decides each.
 * @throws SearchGivenUpError where one could not be decided
 */
export async function proveByHistories(engine: Engine, options: ProofOptions): Promise<ProofReport> {
  const recorder = await Recorder.start(engine, options.plantedBug);
  const counted = new Map<FaultName, Counted>();
  const refuted: string[] = [];
  const losses: string[] = [];
  try {
    const { faults } = recorder;
    for (let index = 0; index < options.histories; index += 1) {
      const fault = faults[index % faults.length] ?? 'none';
      const seed = options.seed + index;
      const history = await recorder.record({ seed, fault, operations: options.operations });
      counted.set(fault, add(counted.get(fault), history));
      const verdict = checkHistory(history);
      const found = engine.mayLose?.includes(fault) === true ? losses : refuted;
      if (!verdict.isLinearizable) found.push(`seed ${seed}, ${fault}: ${describeVerdict(verdict)}`);
      if (options.untilRefuted && refuted.length > 0) break;
    }
  } finally {
    await recorder.stop();
  }
  return { engine, counted, refuted, losses };
}

/** The report as text. */
export function describeReport({ engine, counted, refuted, losses }: ProofReport): string {
  const lines = [...counted].map(([fault, { histories, calls }]) => {
    return `  ${fault}: ${histories} histories, ${calls.ok} calls succeeded, ${calls['not-applied']} not applied, ${calls.unknown} unknown`;
  });
  const mayLose = engine.mayLose ?? [];
  const lost =
    mayLose.length === 0 ? [] : [`  lost acknowledged writes (${mayLose.join(', ')}): ${losses.length}`, ...losses];
  return [`${engine.name}`, ...lines, `  refuted: ${refuted.length}`, ...refuted, ...lost].join('\n');
}

function add(before: Counted | undefined, history: History): Counted {
  const calls = { ok: 0, 'not-applied': 0, unknown: 0, ...before?.calls };
  for (const { outcome } of history) calls[outcome.kind] += 1;
  return { histories: (before?.histories ?? 0) + 1, calls };
}
