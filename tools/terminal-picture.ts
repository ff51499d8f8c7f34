import xterm, { type IBufferCell, type IBufferLine } from "@xterm/headless";

const cellWidth = 8.4;
const lineHeight = 19;
const margin = 14;
const foreground = "#d5d9e0";
const background = "#15181e";

/** The eight colours of a terminal, and their bright ones, on a dark ground. */
const palette = [
  ..."#3f4451 #e06c75 #8cc265 #d1b45c #61a8e8 #c678dd #4fb8c4 #d5d9e0".split(" "),
  ..."#6b7385 #ff7a85 #a5e075 #f0d16a #7cc0ff #de8cf2 #66d9e6 #ffffff".split(" "),
];

/** Cells of a line that look alike. */
interface Run {
  readonly column: number;
  readonly style: string;
  text: string;
}

/**
 * A picture of a terminal, as SVG: what a program wrote is understood as a terminal of so many
 * columns understands it. The empty lines at its end are left out. `title` is for those who can't see it.
 */
export async function terminalPicture(
  written: string,
  columns: number,
  title: string,
): Promise<string> {
  const rows = 60;
  const terminal = new xterm.Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    convertEol: true,
  });
  await new Promise<void>((done) => terminal.write(written, done));
  const lines = Array.from({ length: rows }, (_, row) => terminal.buffer.active.getLine(row));
  const last = lines.findLastIndex((line) => line?.translateToString(true));
  const shown = lines.slice(0, last + 1).map((line) => (line === undefined ? [] : runsOf(line)));
  const width = Math.ceil(2 * margin + columns * cellWidth);
  const height = 2 * margin + shown.length * lineHeight;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${background}"/>`,
    ...shown.flatMap((runs, row) => runs.map((run) => textOf(run, row))),
    "</svg>\n",
  ].join("\n");
}

function runsOf(line: IBufferLine): readonly Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < line.length; column++) {
    const cell = line.getCell(column);
    if (cell === undefined) break;
    const style = styleOf(cell);
    const text = cell.getChars() || " ";
    const run = runs.at(-1);
    if (run?.style === style) run.text += text;
    else runs.push({ column, style, text });
  }
  return runs.filter(({ text }) => text.trim() !== "");
}

function styleOf(cell: IBufferCell): string {
  const color = cell.isFgPalette() ? palette[cell.getFgColor()] : undefined;
  return [
    `fill="${color ?? foreground}"`,
    ...(cell.isBold() ? ['font-weight="bold"'] : []),
    ...(cell.isDim() ? ['opacity="0.6"'] : []),
  ].join(" ");
}

/** Its width is fixed, so that columns meet whatever font there is. */
function textOf({ column, style, text }: Run, row: number): string {
  const shown = text.trimEnd();
  const start = shown.length - shown.trimStart().length;
  const trimmed = shown.trimStart();
  const x = (margin + (column + start) * cellWidth).toFixed(1);
  const y = margin + (row + 0.75) * lineHeight;
  const width = (trimmed.length * cellWidth).toFixed(1);
  return `<text x="${x}" y="${y}" textLength="${width}" lengthAdjust="spacingAndGlyphs" xml:space="preserve" ${style}>${escaped(trimmed)}</text>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
