import type { CallEnd, Report } from './observed-load.js';

/** One cell of the table: what a fault did to an engine. */
export interface Finding {
  /** What callers saw, as text of a table cell. */
  readonly seen: string;
  /** Undefined: no caller waited. */
  readonly longestWaitMs?: number | undefined;
  readonly lost: string;
  /** From the end of the fault to the first successful call; undefined: there was no outage. */
  readonly backAfterMs?: number | undefined;
  /** Whether a rule was broken. */
  readonly isBroken: boolean;
  /** Whether a write was applied that was reported as not applied; part of `isBroken`. */
  readonly hasUnexpectedWrites?: boolean;
}

/** What callers under load saw, as a table cell. */
export function findingOf(report: Report, backAfterMs?: number): Finding {
  const { failures, longestWaitMs, acknowledged, lost, unexpected } = report;
  const seen = failures.size === 0 ? 'nothing' : listFailures(failures);
  const ofAll = `of ${acknowledged} acknowledged`;
  const unexpectedText = unexpected === 0 ? '' : `; ${unexpected} applied although reported as not applied`;
  return {
    seen,
    longestWaitMs,
    lost: `${lost === 0 ? 'nothing' : lost} ${ofAll}${unexpectedText}`,
    backAfterMs,
    isBroken: lost + unexpected > 0,
    hasUnexpectedWrites: unexpected > 0,
  };
}

function listFailures(failures: ReadonlyMap<CallEnd, number>): string {
  const ends = [...failures].sort(([, one], [, other]) => other - one);
  return ends.map(([end, count]) => `${count} × ${end.replace(' ', ', ')}`).join('; ');
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
