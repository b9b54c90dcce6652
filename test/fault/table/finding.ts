import type { Fate, Report } from './observed-load.js';

/** One cell of the table: what a fault did to an engine. */
export interface Finding {
  /** What callers were told, as a sentence of a table. */
  readonly seen: string;
  /** Undefined: nobody waited. */
  readonly longestWaitMs?: number | undefined;
  readonly lost: string;
  /** From the end of the fault to the first answers; undefined: the service was never gone. */
  readonly backAfterMs?: number | undefined;
  /** Whether a rule was broken. */
  readonly isBroken: boolean;
  /** Whether something was applied that callers were told was not; part of `isBroken`. */
  readonly isUncalledFor?: boolean;
}

/** What callers under load went through, as a cell. */
export function findingOf(report: Report, backAfterMs?: number): Finding {
  const { failures, longestWaitMs, acknowledged, lost, uncalledFor } = report;
  const seen = failures.size === 0 ? 'nothing' : listFailures(failures);
  const ofAll = `of ${acknowledged} acknowledged`;
  const surplus = uncalledFor === 0 ? '' : `; ${uncalledFor} applied that must not be`;
  return {
    seen,
    longestWaitMs,
    lost: `${lost === 0 ? 'nothing' : lost} ${ofAll}${surplus}`,
    backAfterMs,
    isBroken: lost + uncalledFor > 0,
    isUncalledFor: uncalledFor > 0,
  };
}

function listFailures(failures: ReadonlyMap<Fate, number>): string {
  const ends = [...failures].sort(([, one], [, other]) => other - one);
  return ends.map(([fate, count]) => `${count} × ${fate.replace(' ', ', ')}`).join('; ');
}

/** The first lines of the table in Markdown. */
export const TABLE_HEAD: readonly string[] = [
  '| Fault | Engine | What the caller saw | Longest wait | Lost | Back after |',
  '| --- | --- | --- | ---: | --- | ---: |',
];

/** A row of it. */
export function toRow(fault: string, engine: string, finding: Finding | string): string {
  if (typeof finding === 'string') return `| ${fault} | ${engine} | ${finding} | — | — | — |`;
  const { seen, longestWaitMs, lost, backAfterMs } = finding;
  return `| ${fault} | ${engine} | ${seen} | ${toMs(longestWaitMs)} | ${lost} | ${toMs(backAfterMs)} |`;
}

function toMs(milliseconds: number | undefined): string {
  return milliseconds === undefined ? '—' : `${Math.round(milliseconds)} ms`;
}
