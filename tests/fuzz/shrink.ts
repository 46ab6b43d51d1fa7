// The smallest case that is broken in the same way, as far as leaving parts out leads.

import { faultOf } from "./run-target.ts";
import type { Failure } from "./run-target.ts";
import type { Target } from "./targets.ts";

const maxMs = 5_000;

/** Numbers and what is quoted differ from case to case. */
function kindOf(reason: string | null): string | null {
  return reason === null ? null : reason.slice(0, 60).replaceAll(/\d+/g, "#");
}

export function shrink(target: Target, bytes: Buffer, { seed, number }: Failure): Buffer {
  const deadline = performance.now() + maxMs;
  const kind = kindOf(faultOf(target, bytes, seed, number));
  if (kind === null) return bytes;
  let smallest = bytes;
  for (let size = bytes.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < smallest.length && performance.now() < deadline;) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (kindOf(faultOf(target, without, seed, number)) === kind) smallest = without;
      else at += size;
    }
  }
  return smallest;
}
