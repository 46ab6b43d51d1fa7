// The readers of wire formats, below all dialects.

import { EventStreamDecoder } from "../../packages/llm/src/wire/aws-event-stream.ts";
import type { EventMessage } from "../../packages/llm/src/wire/aws-event-stream.ts";
import { eachFrame, frameData, FrameCutter } from "../../packages/llm/src/wire/frames.ts";
import { findMembers } from "../../packages/llm/src/wire/json-members.ts";
import { isObject, parseJson } from "../../packages/llm/src/wire/json.ts";
import { eachLine, LineCutter } from "../../packages/llm/src/wire/lines.ts";
import { boundaryOf, findField } from "../../packages/llm/src/wire/multipart.ts";
import { EventStreamUnwrapper } from "../../packages/llm/src/wire/unwrap-event-stream.ts";
import { cutAtRandom } from "../../packages/llm/src/testing/random.ts";
import type { Chance } from "../../packages/llm/src/testing/random.ts";
import { Broken, expectEqual } from "./expectations.ts";

interface Cutter {
  push(chunk: Buffer): Buffer | null;
  flush(): Buffer | null;
}

function feed(cutter: Cutter, pieces: readonly Buffer[]): readonly Buffer[] {
  return [...pieces.map((piece) => cutter.push(piece)), cutter.flush()].filter((part) => part !== null);
}

function checkCutter(
  create: (maxHeldBytes: number) => Cutter,
  each: (bytes: Buffer) => Iterable<Buffer>,
  bytes: Buffer,
  chance: Chance,
): void {
  const pieces = cutAtRandom(bytes, chance);
  const textOf = (parts: readonly Buffer[]): readonly string[] =>
    parts.flatMap((part) => Array.from(each(part), (frame) => frame.toString("latin1")));
  const whole = feed(create(bytes.length), [bytes]);
  expectEqual("frames in pieces", textOf(feed(create(bytes.length), pieces)), textOf(whole));
  const written = Buffer.concat(whole).toString("latin1");
  // A part may be too small to show the mark at the beginning.
  const hasMark = bytes.toString("utf8").startsWith("\ufeff");
  const parts = feed(create(chance.pick([0, 1, 100])), pieces);
  if (!hasMark) expectEqual("bytes with little room", Buffer.concat(parts).toString("latin1"), written);
  // From the first bare return on, all ends of lines are line feeds; a mark at the beginning goes.
  const isKept = !/\r(?!\n)/.test(bytes.toString("latin1")) && !hasMark;
  if (isKept) expectEqual("all bytes", written, bytes.toString("latin1"));
}

export function checkFrames(bytes: Buffer, chance: Chance): void {
  checkCutter((maxHeldBytes) => new FrameCutter(maxHeldBytes), eachFrame, bytes, chance);
  for (const frame of eachFrame(bytes)) frameData(frame.toString("utf8"));
}

export function checkLines(bytes: Buffer, chance: Chance): void {
  checkCutter((maxHeldBytes) => new LineCutter(maxHeldBytes), eachLine, bytes, chance);
}

function readMessages(pieces: readonly Buffer[]): { readonly fault: string | null; readonly messages: unknown } {
  const decoder = new EventStreamDecoder();
  const messages: EventMessage[] = pieces.flatMap((piece) => decoder.push(piece));
  decoder.flush();
  const told = messages.map(({ headers, payload }) => [[...headers].flat(), payload.toString("latin1")]);
  return { fault: decoder.fault, messages: told };
}

export function checkEventStream(bytes: Buffer, chance: Chance): void {
  const pieces = cutAtRandom(bytes, chance);
  expectEqual("messages in pieces", readMessages(pieces), readMessages([bytes]));
  const unwrap = (parts: readonly Buffer[]): string => {
    const unwrapper = new EventStreamUnwrapper(
      (message, word = "") => `data: ${JSON.stringify({ message, word })}\n\n`,
    );
    return Buffer.concat(feed(unwrapper, parts)).toString("latin1");
  };
  expectEqual("events in pieces", unwrap(pieces), unwrap([bytes]));
}

export function checkMultipart(bytes: Buffer, chance: Chance): void {
  const boundary = boundaryOf(chance.pick(["multipart/form-data; boundary=xYz", bytes.toString("latin1", 0, 200)]));
  const field = findField(bytes, boundary ?? "xYz", chance.pick(["model", "file", "stream", ""]));
  if (field === null) return;
  expectEqual("the value of the field", bytes.toString("utf8", field.start, field.end), field.value);
}

export function checkMembers(bytes: Buffer): void {
  const body = Buffer.from(bytes.toString("utf8"));
  const members = findMembers(body);
  const value = parseJson(body.toString("utf8"));
  // What is within the values is not judged, so that what is no JSON may have members.
  if (value === undefined || members === null) return;
  if (!isObject(value)) throw new Broken("members of what is no object");
  const keys = members.map(({ key }) => key);
  expectEqual("the keys", keys.toSorted(), Object.keys(value).toSorted());
  for (const { key, valueStart, valueEnd } of members) {
    expectEqual(`the value of ${key}`, parseJson(body.toString("utf8", valueStart, valueEnd)), value[key]);
  }
}
