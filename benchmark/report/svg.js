import { formatCount, formatRate } from './format.js';

/**
 * @typedef {{ x: number, y: number }} Point
 * @typedef {{ name: string, role: 'ours' | 'limit' | 'peer' | 'operation', points: readonly Point[] }} Line
 * @typedef {{ title: string, lines: readonly Line[] }} Panel
 * @typedef {{ title: string, xTitle: string, yTitle: string, panels: readonly Panel[] }} Picture
 */

const PANEL = { width: 330, height: 240, left: 56, top: 34, right: 14, bottom: 40 };
const HEAD = 40;
const LEGEND_LINE = 18;
const COLUMNS = 2;
/** Colors that color-blind readers can distinguish (Okabe and Ito). */
const COLOURS = ['#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#7a5195', '#8c6d31', '#5f5f5f'];
const OUR_COLOUR = '#0072b2';

/**
 * Small plots of the same kind next to each other, both axes logarithmic, with one legend.
 * @param {Picture} picture
 * @returns {string} SVG
 */
export function drawPanels({ title, xTitle, yTitle, panels }) {
  const names = [...new Set(panels.flatMap(({ lines }) => lines.map(({ name }) => name)))];
  const rows = Math.ceil(panels.length / COLUMNS);
  const width = COLUMNS * PANEL.width;
  const legendTop = HEAD + rows * PANEL.height + 14;
  const height = legendTop + Math.ceil(names.length / 3) * LEGEND_LINE + 10;
  const paint = createPainter(names, panels);
  const body = panels.map((panel, index) => {
    const left = (index % COLUMNS) * PANEL.width;
    const top = HEAD + Math.floor(index / COLUMNS) * PANEL.height;
    return `<g transform="translate(${left} ${top})">${drawPanel(panel, { xTitle, yTitle }, paint)}</g>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="11" fill="#222">`,
    `<title>${escapeText(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    text(PANEL.left, 24, title, 'font-size="15" font-weight="600"'),
    ...body,
    ...names.map((name, index) => drawLegend(name, index, legendTop, paint)),
    '</svg>\n',
  ].join('\n');
}

/** @typedef {(name: string) => string} Painter gives the attributes of a line */

/**
 * @param {readonly string[]} names
 * @param {readonly Panel[]} panels
 * @returns {Painter}
 */
function createPainter(names, panels) {
  const lines = panels.flatMap((panel) => panel.lines);
  return (name) => {
    const role = lines.find((line) => line.name === name)?.role;
    if (role === 'ours') return `stroke="${OUR_COLOUR}" stroke-width="3.2"`;
    const place = names.indexOf(name);
    const colour = COLOURS[place % COLOURS.length] ?? OUR_COLOUR;
    if (role === 'limit') return `stroke="${colour}" stroke-width="1.8" stroke-dasharray="6 4"`;
    const dots = place < COLOURS.length ? '' : ' stroke-dasharray="1.5 3"';
    return `stroke="${colour}" stroke-width="1.6"${dots}`;
  };
}

/**
 * @param {Panel} panel
 * @param {{ xTitle: string, yTitle: string }} titles
 * @param {Painter} paint
 */
function drawPanel({ title, lines }, { xTitle, yTitle }, paint) {
  const points = lines.flatMap((line) => line.points).filter(({ y }) => Number.isFinite(y) && y > 0);
  const xs = [...new Set(points.map(({ x }) => x))].sort((one, other) => one - other);
  const right = PANEL.width - PANEL.right;
  const bottom = PANEL.height - PANEL.bottom;
  const toX = createScale(xs, PANEL.left, right);
  const powers = powersOfTen(points.map(({ y }) => y));
  const toY = createScale(powers, bottom, PANEL.top);
  return [
    text(PANEL.left, PANEL.top - 12, title, 'font-weight="600"'),
    ...powers.map((y) => drawHorizontal(toY(y), right, formatRate(y))),
    ...xs.map((x) => text(toX(x), bottom + 15, formatCount(x), 'text-anchor="middle" fill="#666"')),
    text((PANEL.left + right) / 2, bottom + 31, xTitle, 'text-anchor="middle" fill="#666"'),
    text(PANEL.left - 6, PANEL.top - 12, yTitle, 'text-anchor="end" fill="#666"'),
    ...lines.map((line) => drawLine(line, toX, toY, paint)),
  ].join('\n');
}

/**
 * @param {Line} line
 * @param {(value: number) => number} toX
 * @param {(value: number) => number} toY
 * @param {Painter} paint
 */
function drawLine({ name, points }, toX, toY, paint) {
  const places = points.map(({ x, y }) => `${toX(x).toFixed(1)},${toY(y).toFixed(1)}`);
  const dots = places.map((place) => place.split(',')).map(([x, y]) => `<circle cx="${x}" cy="${y}" r="2.2"/>`);
  const line = `<polyline points="${places.join(' ')}" fill="none"/>${dots.join('')}`;
  return `<g ${paint(name)} fill="#fff"><title>${escapeText(name)}</title>${line}</g>`;
}

/**
 * @param {number} y
 * @param {number} right
 * @param {string} label
 */
function drawHorizontal(y, right, label) {
  const line = `<line x1="${PANEL.left}" x2="${right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#ddd"/>`;
  return line + text(PANEL.left - 6, y + 4, label, 'text-anchor="end" fill="#666"');
}

/**
 * @param {string} name
 * @param {number} index
 * @param {number} top
 * @param {Painter} paint
 */
function drawLegend(name, index, top, paint) {
  const x = 16 + (index % 3) * 214;
  const y = top + Math.floor(index / 3) * LEGEND_LINE;
  return `<line x1="${x}" x2="${x + 22}" y1="${y}" y2="${y}" ${paint(name)}/>${text(x + 28, y + 4, name, '')}`;
}

/**
 * Maps values to positions on a logarithmic axis.
 * @param {readonly number[]} values
 * @param {number} from
 * @param {number} to
 */
function createScale(values, from, to) {
  const low = Math.log(Math.min(...values));
  const high = Math.log(Math.max(...values));
  return (/** @type {number} */ value) => {
    return high === low ? (from + to) / 2 : from + ((Math.log(value) - low) / (high - low)) * (to - from);
  };
}

/**
 * The powers of ten from below the smallest value to above the largest.
 * @param {readonly number[]} values
 */
function powersOfTen(values) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return Array.from({ length: high - low + 1 }, (_, index) => 10 ** (low + index));
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} content
 * @param {string} attributes
 */
function text(x, y, content, attributes) {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${attributes}>${escapeText(content)}</text>`;
}

/** @param {string} content */
function escapeText(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
