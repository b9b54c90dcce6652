// What the documents hold: code blocks, links and headings.
import { posix } from 'node:path';
import { listedByGit, readText } from './package-layout.js';

/** Every document a user or contributor reads. */
export const DOCUMENTS: readonly string[] = listedByGit().filter((path) =>
  /^([^/]+|docs\/.+|sample\/.+)\.md$/.test(path),
);

/** A block of code. */
export interface CodeBlock {
  /** Where its code begins: `README.md:120`. */
  readonly place: string;
  readonly language: string;
  readonly code: string;
  /** Whether `<!-- run -->` stands above it. */
  readonly isRun: boolean;
}

const FENCE = /^( *)```(\w*)[^\n]*\n([\s\S]*?)^\1```$/gm;

/** The fenced blocks of a text. */
export function codeBlocksIn(path: string, text: string, firstLine = 1): CodeBlock[] {
  return [...text.matchAll(FENCE)].map(({ index, 1: indent = '', 2: language = '', 3: code = '' }) => {
    const before = text.slice(0, index);
    return {
      place: `${path}:${firstLine + before.split('\n').length}`,
      language,
      code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      isRun: /<!-- run -->\s*$/.test(before),
    };
  });
}

/** A link that leads to a file or heading of this repository. */
export interface Link {
  readonly from: string;
  readonly target: string;
  /** The file it leads to, from the root. */
  readonly path: string;
  readonly heading: string | undefined;
}

/** The links of a document, those to other hosts left out. */
export function linksIn(path: string): Link[] {
  const text = proseOf(path);
  const inline = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?[^)]*\)/g)];
  const defined = [...text.matchAll(/^\s*\[[^\]]+\]:\s+(\S+)/gm)];
  return [...inline, ...defined].flatMap(([, target = '']) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return [];
    const [file = '', heading] = decodeURI(target).split('#');
    const leadsTo = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file));
    return { from: path, target, path: leadsTo.replace(/\/$/, ''), heading };
  });
}

/** The anchors that GitHub makes of a document's headings. */
export function anchorsOf(path: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(path).matchAll(/^#{1,6} +(.+)$/gm)].map(([, heading = '']) => {
    const anchor = toAnchor(heading);
    const times = seen.get(anchor) ?? 0;
    seen.set(anchor, times + 1);
    return times === 0 ? anchor : `${anchor}-${times}`;
  });
}

function toAnchor(heading: string): string {
  const text = heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase();
  return text.replaceAll(/[^\p{L}\p{N}\p{M}_ -]/gu, '').replaceAll(' ', '-');
}

/** Without code blocks, where `#` and `](` mean something else. */
function proseOf(path: string): string {
  return readText(path).replaceAll(FENCE, '');
}
