// Does the time grow with the size alone? A part of a case is repeated until it is long, and then eight times as often.

import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { chanceOf } from "./case-chance.ts";
import { cpuMs } from "./cpu-time.ts";
import { makeCase, runCase } from "./targets.ts";
import type { Target } from "./targets.ts";

const smallBytes = 32 * 1024;
const factor = 8;
/** What grows with the square takes 64 times as long. */
const tolerance = 4;
/** Below this a moment of other work counts for too much. */
const noticeableMs = 120;

interface Part {
  readonly before: Buffer;
  readonly repeated: Buffer;
  readonly behind: Buffer;
}

/** A whole frame, or what stands anywhere. */
function choosePart(bytes: Buffer, { shape }: Target, chance: Chance): Part {
  const frames = shape.cut(bytes);
  const isFrame = frames.length > 1 && chance.below(2) === 0;
  const first = chance.below(frames.length);
  const at = isFrame ? Buffer.concat(frames.slice(0, first)).length : chance.below(bytes.length);
  const end = at + (isFrame ? (frames[first]?.length ?? 1) : 1 + chance.below(chance.pick([1, 4, 40, 400])));
  return { before: bytes.subarray(0, at), repeated: bytes.subarray(at, end), behind: bytes.subarray(end) };
}

function repeat({ before, repeated, behind }: Part, size: number): Buffer {
  const times = Math.ceil(size / repeated.length);
  return Buffer.concat([before, ...Array.from({ length: times }, () => repeated), behind]);
}

/** Null where the time is in proportion. */
export function faultOfGrowth(target: Target, seed: number, number: number): string | null {
  const chance = chanceOf(target.name, seed, number, "growth");
  const bytes = makeCase(target, seed, number);
  if (bytes.length < 2) return null;
  const part = choosePart(bytes, target, chance);
  const [small, large] = [repeat(part, smallBytes), repeat(part, smallBytes * factor)];
  const timeOf = (text: Buffer): number => {
    const startedMs = cpuMs();
    runCase(target, text, seed, number);
    return cpuMs() - startedMs;
  };
  let ratio = Infinity;
  for (let tries = 0; tries < 3; tries += 1) {
    const smallMs = timeOf(small);
    const largeMs = timeOf(large);
    if (largeMs < noticeableMs) return null;
    ratio = Math.min(ratio, largeMs / Math.max(smallMs, 0.5));
    if (ratio < factor * tolerance) return null;
  }
  const shown = JSON.stringify(part.repeated.toString("latin1", 0, 100));
  return `the time grows ${ratio.toFixed(0)} times where ${shown} stands ${factor} times as often`;
}
