// From a recorded or written case to one that no vendor and no client would send.

import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { isOneIn } from "./case-chance.ts";
import { mutateJson } from "./mutate-json.ts";
import type { Shape } from "./shapes.ts";

type ByteChange = (bytes: Buffer, chance: Chance) => readonly Buffer[];

const scraps = [
  '"',
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  "null",
  "-1",
  "1e999",
  "\\",
  "\\u",
  "\u0000",
  "\n\n",
  "\r",
  "data: ",
];

const byteChanges: readonly ByteChange[] = [
  function flip(bytes, chance) {
    const copy = Buffer.from(bytes);
    for (let left = chance.pick([1, 1, 2, 8]); left > 0; left -= 1) {
      const at = chance.below(copy.length);
      copy[at] = (copy[at] ?? 0) ^ (1 << chance.below(8));
    }
    return [copy];
  },
  function cut(bytes, chance) {
    const at = chance.below(bytes.length);
    return isOneIn(2, chance) ? [bytes.subarray(0, at)] : [bytes.subarray(at)];
  },
  function insert(bytes, chance) {
    const at = chance.below(bytes.length);
    return [bytes.subarray(0, at), Buffer.from(chance.pick(scraps)), bytes.subarray(at)];
  },
  function remove(bytes, chance) {
    const at = chance.below(bytes.length);
    return [bytes.subarray(0, at), bytes.subarray(at + chance.below(40))];
  },
  function repeat(bytes, chance) {
    const at = chance.below(bytes.length);
    const part = bytes.subarray(at, at + chance.below(60));
    return [bytes.subarray(0, at), ...Array.from({ length: chance.pick([1, 2, 20]) }, () => part), bytes.subarray(at)];
  },
];

type FrameChange = (frames: Buffer[], shape: Shape, chance: Chance) => void;

const frameChanges: readonly FrameChange[] = [
  (frames, _shape, chance) => void frames.splice(chance.below(frames.length), 1),
  (frames, _shape, chance) => void frames.splice(chance.below(frames.length), 0, chance.pick(frames)),
  (frames, shape, chance) => void frames.splice(chance.below(frames.length + 1), 0, chance.pick(shape.noise)),
  // The end mark is among the last ones.
  (frames, _shape, chance) => void frames.splice(-chance.pick([1, 2, 3])),
  function swap(frames, _shape, chance) {
    const [one, other] = [chance.below(frames.length), chance.below(frames.length)];
    const [first, second] = [frames[one], frames[other]];
    if (first !== undefined && second !== undefined) [frames[one], frames[other]] = [second, first];
  },
  function repeatRun(frames, _shape, chance) {
    const at = chance.below(frames.length);
    frames.splice(at, 0, ...frames.slice(at, at + 1 + chance.below(5)));
  },
];

const lineEnds: readonly (readonly [from: RegExp, to: string])[] = [
  [/\r?\n/g, "\r\n"],
  [/\r\n/g, "\n"],
  [/\r?\n/g, "\r"],
  [/\n\r?\n/g, "\n"],
  [/data: /g, "data:"],
  [/^/g, "\ufeff"],
];

function mutateFrames(frames: Buffer[], shape: Shape, chance: Chance): void {
  if (frames.length > 1 && isOneIn(2, chance)) return chance.pick(frameChanges)(frames, shape, chance);
  if (isOneIn(12, chance)) return frameChanges[2]?.(frames, shape, chance);
  const at = chance.below(frames.length);
  const frame = frames[at];
  if (frame !== undefined) frames[at] = shape.edit(frame, (json) => mutateJson(json, chance));
}

/** Long streams are cut to some of their frames: their beginning and their end, as a rule. */
function excerpt(frames: readonly Buffer[], chance: Chance): Buffer[] {
  const most = chance.pick([6, 14, 30]);
  if (frames.length <= most || isOneIn(40, chance)) return [...frames];
  const start = isOneIn(4, chance) ? chance.below(frames.length) : 0;
  return [...frames.slice(start, start + most - 4), ...frames.slice(Math.max(start + most - 4, frames.length - 4))];
}

/** What is repeated again and again grows without end. */
const maxCaseBytes = 200 * 1024;

export function mutate(seeds: readonly Buffer[], shape: Shape, chance: Chance): Buffer {
  let frames = excerpt(shape.cut(chance.pick(seeds)), chance);
  if (isOneIn(10, chance)) frames = splice(frames, excerpt(shape.cut(chance.pick(seeds)), chance), chance);
  for (let left = chance.pick([0, 1, 1, 1, 2, 4]); left > 0 && frames.length > 0; left -= 1) {
    mutateFrames(frames, shape, chance);
  }
  let bytes = Buffer.concat(frames);
  if (isOneIn(12, chance)) bytes = changeLineEnds(bytes, chance);
  for (let left = chance.pick([0, 0, 1, 1, 3]); left > 0 && bytes.length > 0; left -= 1) {
    bytes = Buffer.concat(chance.pick(byteChanges)(bytes, chance));
  }
  return bytes.subarray(0, maxCaseBytes);
}

function splice(frames: readonly Buffer[], others: readonly Buffer[], chance: Chance): Buffer[] {
  return [...frames.slice(0, chance.below(frames.length + 1)), ...others.slice(chance.below(others.length + 1))];
}

function changeLineEnds(bytes: Buffer, chance: Chance): Buffer<ArrayBuffer> {
  const [from, to] = chance.pick(lineEnds);
  return Buffer.from(bytes.toString("latin1").replace(from, Buffer.from(to).toString("latin1")), "latin1");
}
