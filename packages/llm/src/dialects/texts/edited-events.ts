// Texts are changed in every event of a stream, and also where they come in pieces. An event waits only while one of its texts ends with
// what may be the beginning of something that is to be changed, and those behind it wait with it: their order stays, none is added and
// none is lost.

import { eachFrame } from "#wire/frames.ts";
import { parseJson } from "#wire/json.ts";
import { editStrings } from "#wire/edit-strings.ts";
import type { JsonPath, StringMode } from "#wire/edit-strings.ts";
import { skipValue } from "#wire/json-members.ts";
import { eachLine } from "#wire/lines.ts";
import type { StringVisitor } from "#wire/edit-strings.ts";
import type { HeldPiece, TextInPieces } from "./text-pieces.ts";
import { piecesIn } from "./stream-texts.ts";
import type { StreamTexts } from "./stream-texts.ts";

/** What is done to the texts in events. */
export interface EventEditor {
  /** For one that comes in pieces. */
  openText(): TextInPieces;
  /** For those that come whole. */
  readonly whole: Pick<StringVisitor, "edit" | "editName" | "modeOf">;
  readonly mode: StringMode;
  /** A model that writes another text of the same answer has left the one before: nobody waits for more of it. */
  readonly closesLeft: boolean;
}

interface HeldEvent {
  readonly bytes: Buffer;
  /** The document in it; empty where there is none. */
  readonly json: string;
  readonly start: number;
  readonly end: number;
  /** By their paths. */
  readonly pieces: ReadonlyMap<string, HeldPiece>;
}

/** Of events that wait: a vendor that lets one text rest must not fill the memory with others. */
const mostHeldBytes = 64 * 1024;

/** `list`: the events are elements of one list, as some clients are told them. */
export type EventForm = StreamTexts["form"] | "list";

export class EditedEvents {
  readonly #texts: StreamTexts;
  readonly #editor: EventEditor;
  readonly #form: EventForm;
  readonly #open = new Map<string, TextInPieces>();
  /** By the answer, the one that is written at the moment. */
  readonly #written = new Map<string, TextInPieces>();
  /** Something was passed that nobody could look into: what comes in parts is no event. */
  hasUnreadable = false;
  #held: HeldEvent[] = [];
  #heldBytes = 0;

  constructor(texts: StreamTexts, editor: EventEditor, form: EventForm = texts.form) {
    this.#texts = texts;
    this.#editor = editor;
    this.#form = form;
  }

  /** Whole events. */
  add(events: Buffer): void {
    for (const bytes of eachEvent(events, this.#form)) {
      const start = bytes.indexOf("{");
      const end = bytes.lastIndexOf("}") + 1;
      const json = start < 0 || end <= start ? "" : bytes.toString("utf8", start, end);
      if (bytes.length > mostHeldBytes && parseJson(json) === undefined) this.hasUnreadable = true;
      this.#held.push({ bytes, json, start, end, pieces: this.#readPieces(json) });
      this.#heldBytes += bytes.length;
    }
  }

  /** What waits for nothing more, or all of them. */
  take(isAll: boolean): Buffer | null {
    if (isAll || this.#heldBytes > mostHeldBytes) for (const open of this.#open.values()) open.close();
    let count = 0;
    while (count < this.#held.length && isSettled(this.#held[count])) count += 1;
    if (count === 0) return null;
    const events = this.#held.splice(0, count);
    for (const { bytes } of events) this.#heldBytes -= bytes.length;
    return Buffer.concat(events.map((event) => this.#write(event)));
  }

  #readPieces(json: string): ReadonlyMap<string, HeldPiece> {
    const pieces = new Map<string, HeldPiece>();
    for (const { path, text, belongsTo, answer } of piecesIn(parseJson(json), this.#texts)) {
      let open = this.#open.get(belongsTo);
      if (open === undefined) this.#open.set(belongsTo, (open = this.#editor.openText()));
      if (this.#editor.closesLeft && text !== "") this.#turnTo(open, answer);
      pieces.set(path.join(" "), open.add(text));
    }
    return pieces;
  }

  #turnTo(open: TextInPieces, answer: string): void {
    const before = this.#written.get(answer);
    if (before !== open) before?.close();
    this.#written.set(answer, open);
  }

  #write({ bytes, json, start, end, pieces }: HeldEvent): Buffer {
    const { whole, mode } = this.#editor;
    const visitor = {
      ...whole,
      isPlain: (path: JsonPath) => pieces.has(path.join(" ")),
      edit(text: string, path: JsonPath) {
        const piece = pieces.get(path.join(" "));
        if (piece === undefined) return whole.edit(text, path);
        return piece.told === text ? null : piece.told;
      },
    };
    const edited = editStrings(json, visitor, mode);
    if (edited === null || edited === json) return bytes;
    return Buffer.concat([bytes.subarray(0, start), Buffer.from(edited), bytes.subarray(end)]);
  }
}

function eachEvent(events: Buffer, form: EventForm): Iterable<Buffer> {
  if (form === "list") return eachElement(events);
  return form === "lines" ? eachLine(events) : eachFrame(events);
}

function isSettled(event: HeldEvent | undefined): boolean {
  if (event === undefined) return false;
  for (const piece of event.pieces.values()) if (!piece.isSettled) return false;
  return true;
}

/** Of a list, each with what stands before it; what is behind the last one comes alone. */
function* eachElement(bytes: Buffer): Generator<Buffer> {
  let from = 0;
  for (let at = bytes.indexOf("{"); at >= 0; at = bytes.indexOf("{", from)) {
    const end = skipValue(bytes, at);
    if (end < 0) break;
    yield bytes.subarray(from, end);
    from = end;
  }
  if (from < bytes.length) yield bytes.subarray(from);
}
