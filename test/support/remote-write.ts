/** A series and its samples in the order of time. */
export interface HistorySeries {
  /** With its `__name__`. */
  readonly labels: Readonly<Record<string, string>>;
  readonly samples: readonly HistorySample[];
}

/** "stale" is the mark of a scrape that found the series gone, or failed. */
export interface HistorySample {
  readonly timeMs: number;
  readonly value: number | "stale";
}

/** Prometheus takes nothing that is an hour older than the newest sample it has. */
const sliceMs = 20 * 60_000;
const seriesPerRequest = 500;

/** The bodies of the remote-write requests that bring these samples in, in the order to send. */
export function* remoteWriteRequests(
  all: readonly HistorySeries[],
): Generator<Buffer<ArrayBuffer>> {
  const slices = new Map<number, Buffer[]>();
  for (const series of all) {
    for (const [slice, samples] of bySlice(series.samples)) {
      const known = slices.get(slice);
      const message = field(1, timeSeries(series.labels, samples));
      if (known === undefined) slices.set(slice, [message]);
      else known.push(message);
    }
  }
  for (const slice of [...slices.keys()].sort((a, b) => a - b)) {
    const messages = slices.get(slice) ?? [];
    for (let from = 0; from < messages.length; from += seriesPerRequest) {
      yield snappy(Buffer.concat(messages.slice(from, from + seriesPerRequest)));
    }
  }
}

function bySlice(samples: readonly HistorySample[]): ReadonlyMap<number, HistorySample[]> {
  const slices = new Map<number, HistorySample[]>();
  for (const one of samples) {
    const slice = Math.floor(one.timeMs / sliceMs);
    const known = slices.get(slice);
    if (known === undefined) slices.set(slice, [one]);
    else known.push(one);
  }
  return slices;
}

/** The message TimeSeries of prometheus/prompb. */
function timeSeries(labels: HistorySeries["labels"], samples: readonly HistorySample[]): Buffer {
  const pairs = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = (number: number, value: string) => field(number, Buffer.from(value));
  return Buffer.concat([
    ...pairs.map(([name, value]) => field(1, Buffer.concat([text(1, name), text(2, value)]))),
    ...samples.map((one) => field(2, sample(one))),
  ]);
}

/** JavaScript may turn one NaN into another; Prometheus' mark is this very one. */
const staleNaN = 0x7ff0000000000002n;

function sample({ timeMs, value }: HistorySample): Buffer {
  const number = Buffer.alloc(9);
  number[0] = (1 << 3) | 1;
  if (value === "stale") number.writeBigUInt64LE(staleNaN, 1);
  else number.writeDoubleLE(value, 1);
  return Buffer.concat([number, Buffer.from([2 << 3]), varint(timeMs)]);
}

/** A field of protobuf whose value has a length. */
function field(number: number, value: Buffer): Buffer {
  return Buffer.concat([Buffer.from([(number << 3) | 2]), varint(value.length), value]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Snappy's block format lets a block be one literal, as it is. */
function snappy(content: Buffer): Buffer<ArrayBuffer> {
  const literal = Buffer.alloc(5);
  literal[0] = 63 << 2;
  literal.writeUInt32LE(content.length - 1, 1);
  return Buffer.concat([varint(content.length), literal, content]);
}
