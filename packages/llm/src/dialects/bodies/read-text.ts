// The text that an answer carries, to estimate its tokens where the vendor told none.

import { eachFrame, frameData } from "#wire/frames.ts";
import { parseJson } from "#wire/json.ts";

export interface TextReaders {
  readonly ofAnswer: (answer: unknown) => string;
  readonly ofEvent: (event: unknown) => string;
  /** The members that hold text. */
  readonly members: readonly string[];
  /** The JSON of the events in a stream; those of an event stream where absent. */
  readonly eventsIn?: (stream: Buffer) => Iterable<string>;
}

/** Reads all that the model wrote in an answer or a stream, which may be known up to some byte only. */
export function textReader({ ofAnswer, ofEvent, members, eventsIn = dataIn }: TextReaders) {
  const strings = new RegExp(`"(?:${members.join("|")})"\\s*:\\s*"([^"\\\\]*(?:\\\\.[^"\\\\]*)*)`, "g");
  return (body: string, stream: boolean): string => {
    if (stream) return Array.from(eventsIn(Buffer.from(body)), (json) => ofEvent(parseJson(json))).join("");
    const answer = parseJson(body);
    // Cut off: the strings in the members that hold text, the last one open.
    if (answer === undefined) return Array.from(body.matchAll(strings), ([, text = ""]) => text).join("");
    return ofAnswer(answer);
  };
}

function* dataIn(stream: Buffer): Generator<string> {
  for (const frame of eachFrame(stream)) yield frameData(frame.toString("utf8"));
}

export function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
