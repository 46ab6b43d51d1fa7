// The model that an answer names, where operators want clients to read the name that they asked for: put into the text, in
// whole answers and in every event of a stream that tells it. Nothing else changes.

import { eachFrame, FrameCutter } from "#wire/frames.ts";
import { findMembers, spliceJson } from "#wire/json-members.ts";
import type { Splice } from "#wire/json-members.ts";
import { eachLine, LineCutter } from "#wire/lines.ts";
import type { StreamTap } from "#dialects/streams/stream-tap.ts";
import { OuterTap } from "#dialects/streams/outer-tap.ts";

/** Where answers of a dialect name their model. */
export interface NamedModel {
  readonly member: string;
  /** Members of events that hold an answer. */
  readonly within: readonly string[];
  readonly form: "events" | "lines";
}

const brace = 0x7b;

export function nameModel(json: Buffer, model: string, place: NamedModel): Buffer {
  if (!json.includes(`"${place.member}"`)) return json;
  const splices = placesIn(json, 0, model, place);
  return splices.length === 0 ? json : spliceJson(json, splices);
}

function placesIn(json: Buffer, offset: number, model: string, place: NamedModel): readonly Splice[] {
  return (findMembers(json) ?? []).flatMap(({ key, valueStart, valueEnd }): readonly Splice[] => {
    if (key === place.member)
      return [{ start: offset + valueStart, end: offset + valueEnd, text: JSON.stringify(model) }];
    if (!place.within.includes(key) || json[valueStart] !== brace) return [];
    return placesIn(json.subarray(valueStart, valueEnd), offset + valueStart, model, { ...place, within: [] });
  });
}

/** A larger frame holds an image, and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

/** Before another tap, which reads and passes the stream on. */
export class ModelNamingTap extends OuterTap {
  readonly #model: string;
  readonly #place: NamedModel;
  readonly #cutter: FrameCutter | LineCutter;

  constructor(tap: StreamTap, model: string, place: NamedModel) {
    super(tap);
    this.#model = model;
    this.#place = place;
    this.#cutter = place.form === "lines" ? new LineCutter(maxHeldBytes) : new FrameCutter(maxHeldBytes);
  }

  override push(chunk: Buffer): Buffer | null {
    const frames = this.#cutter.push(chunk);
    return frames === null ? null : super.push(this.#name(frames));
  }

  override flush(isCut = false): Buffer | null {
    const rest = this.#cutter.flush();
    const passed = rest === null || isCut ? null : super.push(this.#name(rest));
    const last = super.flush(isCut);
    return passed === null || last === null ? (passed ?? last) : Buffer.concat([passed, last]);
  }

  #name(frames: Buffer): Buffer {
    if (!frames.includes(`"${this.#place.member}"`)) return frames;
    const each = this.#place.form === "lines" ? eachLine(frames) : eachFrame(frames);
    return Buffer.concat(Array.from(each, (frame) => this.#nameIn(frame)));
  }

  /** The document of a frame stands on one line, behind the names of its fields. */
  #nameIn(frame: Buffer): Buffer {
    const start = frame.indexOf(brace);
    const end = frame.lastIndexOf("}") + 1;
    if (start < 0 || end <= start) return frame;
    const named = nameModel(frame.subarray(start, end), this.#model, this.#place);
    return Buffer.concat([frame.subarray(0, start), named, frame.subarray(end)]);
  }
}
