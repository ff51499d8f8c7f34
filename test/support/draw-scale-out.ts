/** One minute of a loop, as far as its picture shows it. */
export interface DrawnMinute {
  readonly minute: number;
  /** Percent; null when nothing was published. */
  readonly average: number | null;
  readonly running: number;
  readonly counted: number;
}

export interface DrawnEvent {
  readonly minute: number;
  readonly text: string;
}

const width = 760;
const left = 56;
const right = 20;
const plot = { top: 40, bottom: 220 } as const;
const members = { top: 262, height: 14 } as const;
const colors = { average: "#1f6feb", young: "#d97706", text: "#24292f", grid: "#d0d7de" } as const;

/** The published average, the thresholds, the members, and what happened when, as an SVG. */
export function drawScaleOut(
  minutes: readonly DrawnMinute[],
  thresholds: { readonly out: number; readonly in: number },
  events: readonly DrawnEvent[],
): string {
  const last = minutes.at(-1)?.minute ?? 1;
  const x = (minute: number) => round(left + ((width - left - right) * minute) / last);
  const y = (percent: number) => round(plot.bottom - ((plot.bottom - plot.top) * percent) / 100);
  const most = Math.max(...minutes.map(({ running }) => running));
  const height = members.top + most * members.height + 46;
  const points = minutes.flatMap(({ minute, average }) =>
    average === null ? [] : [`${x(minute)},${y(average)}`],
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12" fill="${colors.text}">`,
    "<title>One scale-out: the published average, the thresholds, and the members that count</title>",
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    text(left, 18, "published CpuUtilization, percent", "start"),
    ...[0, 25, 50, 75, 100].flatMap((percent) => [
      line(left, y(percent), width - right, y(percent), colors.grid),
      text(left - 8, y(percent) + 4, String(percent), "end"),
    ]),
    ...[
      [thresholds.out, `scale out above ${thresholds.out}`] as const,
      [thresholds.in, `scale in below ${thresholds.in}`] as const,
    ].flatMap(([percent, name]) => [
      line(left, y(percent), width - right, y(percent), colors.text, "4 4"),
      text(width - right - 4, y(percent) - 5, name, "end"),
    ]),
    `<polyline points="${points.join(" ")}" fill="none" stroke="${colors.average}" stroke-width="2.5"/>`,
    ...events.flatMap(({ minute, text: name }, index) => [
      line(x(minute), plot.top - 4, x(minute), height - 44, colors.young, "2 3"),
      text(x(minute) + 5, plot.bottom - 8 - 16 * (index % 3), name, "start"),
    ]),
    text(left, members.top - 10, "members: filled ones count, others are too young", "start"),
    ...minutes.flatMap(({ minute, running, counted }) =>
      Array.from({ length: running }, (_, index) => member(x(minute), index, index < counted)),
    ),
    ...minutes
      .filter(({ minute }) => minute % 5 === 0)
      .map(({ minute }) => text(x(minute), height - 22, String(minute), "middle")),
    text((left + width - right) / 2, height - 6, "minutes", "middle"),
    "</svg>",
    "",
  ].join("\n");
}

function member(at: number, index: number, counts: boolean): string {
  const place = `x="${round(at - 9)}" y="${members.top + index * members.height}" width="18" height="10"`;
  return counts
    ? `<rect ${place} fill="${colors.average}"/>`
    : `<rect ${place} fill="#ffffff" stroke="${colors.young}"/>`;
}

function line(x1: number, y1: number, x2: number, y2: number, color: string, dashes = ""): string {
  const dashed = dashes === "" ? "" : ` stroke-dasharray="${dashes}"`;
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}"${dashed}/>`;
}

function text(x: number, y: number, content: string, anchor: "start" | "middle" | "end"): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}">${content}</text>`;
}

const round = (value: number) => Math.round(value * 10) / 10;
