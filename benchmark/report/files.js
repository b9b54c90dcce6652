import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toMarkdown } from './markdown.js';
import { drawPlots } from './plots.js';

const FOLDER = fileURLToPath(new URL('../results/', import.meta.url));

/**
 * Writes the measured run as JSON, and the report and plots rendered from it.
 * @param {import('./markdown.js').Results} results
 * @returns {Promise<string[]>} the files written
 */
export async function writeResults(results) {
  const { machine, options } = results;
  const name = [machine.date.slice(0, 10), options.label, options.mode].filter((part) => part !== '').join('-');
  const contents = {
    [`${name}.json`]: `${JSON.stringify(results, rounded)}\n`,
    [`${name}.md`]: toMarkdown(results),
    ...Object.fromEntries(drawPlots(results).map(({ title, svg }) => [`${name}-${title}.svg`, svg])),
  };
  await mkdir(FOLDER, { recursive: true });
  for (const [file, text] of Object.entries(contents)) await writeFile(join(FOLDER, file), text);
  return Object.keys(contents).map((file) => relative(process.cwd(), join(FOLDER, file)));
}

/**
 * Six significant digits: the clock is not more precise.
 * @param {string} _
 * @param {unknown} value
 */
function rounded(_, value) {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
