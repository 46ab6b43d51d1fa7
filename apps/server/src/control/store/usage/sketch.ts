// How long requests took, as counts of them in buckets that grow by a twentieth: any percentile is within 2.5 % of the true one.
// Written down as text such as `3bqbr`: how many, where it is more than one, and two letters for the bucket. Two texts, one behind
// the other, are the sketch of both, so that databases add sketches up by joining them. Pure.

const growth = 1.05;
const logGrowth = Math.log(growth);
const letters = 26;
export const mostBuckets = letters * letters;
const firstLetter = "a".charCodeAt(0);
const zero = "0".charCodeAt(0);

/** Counts by bucket. */
export type Sketch = Map<number, number>;

/** Bucket 0 is up to a ms; each other one reaches up to `growth` to its number. */
export function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(mostBuckets - 1, Math.ceil(Math.log(ms) / logGrowth));
}

export function addTo(sketch: Sketch, bucket: number, count = 1): void {
  sketch.set(bucket, (sketch.get(bucket) ?? 0) + count);
}

export function writeSketch(sketch: Sketch): string {
  let text = "";
  for (const [bucket, count] of sketch) text += (count === 1 ? "" : count) + nameOf(bucket);
  return text;
}

function nameOf(bucket: number): string {
  return String.fromCharCode(firstLetter + Math.floor(bucket / letters), firstLetter + (bucket % letters));
}

/** Longer ones are of many requests, which are counted in a list before they are put into a map. */
const longText = 400;

/** What is written, of however many sketches. */
export function readSketch(text: string): Sketch {
  if (text.length > longText) {
    const counts = new Float64Array(mostBuckets);
    eachCount(text, (bucket, count) => {
      counts[bucket] = (counts[bucket] ?? 0) + count;
    });
    return sketchOf(counts);
  }
  const sketch: Sketch = new Map();
  eachCount(text, (bucket, count) => addTo(sketch, bucket, count));
  return sketch;
}

/** Of what is written: buckets may come more than once. */
export function eachCount(text: string, tell: (bucket: number, count: number) => void): void {
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code < firstLetter) {
      count = count * 10 + code - zero;
      continue;
    }
    at += 1;
    tell((code - firstLetter) * letters + text.charCodeAt(at) - firstLetter, count === 0 ? 1 : count);
    count = 0;
  }
}

function sketchOf(counts: Float64Array): Sketch {
  const sketch: Sketch = new Map();
  for (let bucket = 0; bucket < counts.length; bucket += 1) {
    const count = counts[bucket] ?? 0;
    if (count > 0) sketch.set(bucket, count);
  }
  return sketch;
}

/** As far from the one end as from the other, in proportion; in ms. */
export function middleOf(bucket: number): number {
  const ms = bucket === 0 ? 1 : (growth ** bucket * 2) / (1 + growth);
  return ms < 100 ? Math.round(ms * 10) / 10 : Math.round(ms);
}
