const lengthsMs: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

interface Bucketed {
  readonly bucket: string;
  readonly times: readonly string[];
}

/** Whether the last bucket goes on: what it has so far is no fall. */
export function isLastOpen({ bucket, times }: Bucketed, now = Date.now()): boolean {
  const [last, length] = [times.at(-1), lengthsMs[bucket]];
  return last !== undefined && length !== undefined && Date.parse(last) + length > now;
}
