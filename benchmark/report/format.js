/**
 * A rate with three significant digits: 1.23M, 45.6k, 789.
 * @param {number} perSecond
 */
export function formatRate(perSecond) {
  if (Number.isNaN(perSecond)) return '—';
  if (perSecond >= 999_500) return `${threeDigits(perSecond / 1e6)}M`;
  if (perSecond >= 999.5) return `${threeDigits(perSecond / 1000)}k`;
  return threeDigits(perSecond);
}

/** @param {number} ms */
export function formatMs(ms) {
  return Number.isFinite(ms) ? threeDigits(ms) : '—';
}

/** @param {number} count */
export function formatCount(count) {
  if (count >= 1e6) return `${count / 1e6}M`;
  return count >= 1000 ? `${count / 1000}k` : `${count}`;
}

/** @param {number} value */
function threeDigits(value) {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : value >= 0.1 ? 3 : 4;
  return value.toFixed(digits);
}

/**
 * A Markdown table with aligned columns, as the formatter prints it.
 * @param {readonly string[]} heads
 * @param {readonly (readonly string[])[]} lines
 */
export function table(heads, lines) {
  const cells = [heads, ...lines].map((line) => line.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = heads.map((_, column) => Math.max(3, ...cells.map((line) => (line[column] ?? '').length)));
  const toLine = (/** @type {readonly string[]} */ line) =>
    `| ${widths.map((width, column) => (line[column] ?? '').padEnd(width)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head = [], ...rest] = cells;
  return [toLine(head), rule, ...rest.map(toLine)].join('\n');
}
