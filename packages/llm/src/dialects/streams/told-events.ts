// The events of a stream as a client reads them, for whoever tells them to one in another way than as a stream.

import { eachFrame, frameData, FrameCutter } from "#wire/frames.ts";
import { eachLine, LineCutter } from "#wire/lines.ts";
import { parseJson } from "#wire/json.ts";
import { maxEventBytes } from "./frame-decoder.ts";

/** Of the content type of a stream; every other one is taken for Server-Sent Events. */
const linesType = /^application\/x-ndjson\b/i;

export class ToldEvents {
  readonly #cutter: FrameCutter | LineCutter;
  readonly #isOfLines: boolean;

  constructor(contentType: string) {
    this.#isOfLines = linesType.test(contentType);
    this.#cutter = this.#isOfLines ? new LineCutter(maxEventBytes) : new FrameCutter(maxEventBytes);
  }

  /** The JSON of those that the bytes complete; marks that are none, such as the end of some streams, are left out. */
  push(bytes: Buffer): readonly unknown[] {
    return this.#read(this.#cutter.push(bytes));
  }

  flush(): readonly unknown[] {
    return this.#read(this.#cutter.flush());
  }

  #read(whole: Buffer | null): readonly unknown[] {
    if (whole === null) return [];
    const texts = this.#isOfLines
      ? [...eachLine(whole)].map((line) => line.toString("utf8"))
      : [...eachFrame(whole)].map((frame) => frameData(frame.toString("utf8")));
    return texts.map(parseJson).filter((event) => event !== undefined);
  }
}
