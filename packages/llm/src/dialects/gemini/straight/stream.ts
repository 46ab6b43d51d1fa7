import type { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { FrameTap } from "#dialects/streams/frame-tap.ts";
import type { Fate } from "#dialects/streams/frame-tap.ts";
import { openingOf } from "#dialects/streams/opening.ts";
import { failureOf } from "#dialects/errors/vendor-error.ts";
import type { Usage } from "#hub.ts";
import { FrameScanner } from "#wire/frame-scan.ts";
import { eachFrame, frameData } from "#wire/frames.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import { readErrorValue } from "#dialects/gemini/answer-error.ts";
import { blockReasonOf, failureOfCandidates, toldBy } from "#dialects/gemini/answer-failure.ts";
import { encodeError, writeFrame } from "#dialects/gemini/errors.ts";
import { decodeFinish } from "#dialects/gemini/finish.ts";
import type { ToldByCandidate } from "#dialects/gemini/finish.ts";
import { wantsEvents } from "./request.ts";
import { addGrounding, groundingSign, noGrounding, readUsage, usesOf } from "#dialects/gemini/usage.ts";

/** A larger frame holds an image, and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;
/** Unless it must be made an element of an array. */
const maxElementBytes = 16 * 1024 * 1024;

/** Counts that are in every frame with usage, of which the last holds: they are not read before the end. */
const counts = 2;
/** They may be told before the last counts. */
const grounding = 4;
/** An answer that calls is one, whatever its end says. */
const calls = 8;
const countWords = ["promptTokenCount", "totalTokenCount", "candidatesTokenCount", "thoughtsTokenCount"];
const scanner = new FrameScanner(
  [
    { word: "error" },
    { word: "finishReason", unless: "null" },
    { word: "blockReason", unless: "null" },
    { word: groundingSign, bit: grounding },
    { word: "functionCall", bit: calls },
    ...countWords.map((word) => ({ word, bit: counts })),
  ],
  false,
);

/** Of Google's SDKs each breaks on other lines than the simplest: on names, ids, comments, empty lines and a missing space. */
const rules = { names: false, comments: false, oneLine: true, spaces: true };

export type ContentTapRequest = Pick<ParsedRequest, "query"> & Partial<Pick<ParsedRequest, "answers">>;

/**
 * Reads usage, end and failure of a stream that passes. The stream has no mark of its end, but its last event tells why the
 * answer ended.
 */
export class ContentStreamTap extends FrameTap {
  override readonly isEventStream: boolean;
  readonly contentType?: string;
  protected readonly endMark = "";
  readonly #array: ArrayWriter | null;
  #lastTold: Buffer | null = null;
  #grounding = noGrounding;
  #isBlocked = false;
  #hasCalls = false;
  #hasText = false;
  readonly #finished = new Set<unknown>();
  /** Read only where several answers were asked for. */
  readonly #begun = new Set<unknown>();
  readonly #isOfSeveral: boolean;
  /** The vendor's own error. */
  #failureJson: string | null = null;

  /** Who does not want events gets one JSON array, as from the vendor, which is always asked for events. */
  constructor(request: ContentTapRequest) {
    const isEventStream = wantsEvents(request);
    super({ maxHeldBytes: isEventStream ? maxHeldBytes : maxElementBytes, scanner, rules, opening: openingOf(tells) });
    this.isEventStream = isEventStream;
    this.#isOfSeveral = (request.answers ?? 1) > 1;
    this.#array = isEventStream ? null : new ArrayWriter();
    if (!isEventStream) this.contentType = "application/json";
  }

  get usage(): Usage | null {
    if (this.#lastTold === null) return null;
    const last = [...eachFrame(this.#lastTold)].findLast((frame) => (scanner.scan(frame) & counts) !== 0);
    // Where empty lines are left out, a frame holds several events.
    const events = frameData(last?.toString("utf8") ?? "").split("\n");
    const usage = events.map(usageOf).findLast((told) => told !== null) ?? null;
    return usage === null ? null : { ...usage, ...usesOf(this.#grounding) };
  }

  get isWhole(): boolean {
    return this.#isBlocked || (this.#finished.size > 0 && this.#finished.size >= this.#begun.size);
  }

  override push(chunk: Buffer): Buffer | null {
    return this.#write(super.push(chunk));
  }

  override flush(isCut = false): Buffer | null {
    const rest = this.#write(super.flush(isCut));
    const end = this.isWhole && this.failure === null ? (this.#array?.end() ?? null) : null;
    return rest === null || end === null ? (rest ?? end) : Buffer.concat([rest, end]);
  }

  /** In an array the error is the last element. */
  override fail(error: GhostError): Buffer | null {
    const json = this.writeFailure(error);
    if (this.#array === null) return Buffer.from(writeFrame(json));
    return Buffer.from(this.#array.add(json) + (this.#array.end()?.toString("utf8") ?? ""));
  }

  protected writeFailure(error: GhostError): string {
    return this.#failureJson ?? encodeError(error);
  }

  protected override watch(frames: Buffer, found: number): void {
    if ((found & counts) !== 0) this.#lastTold = frames;
    if ((found & grounding) !== 0) this.#readGrounding(frames);
    if ((found & calls) !== 0) this.#hasCalls = true;
    if (this.#isOfSeveral) for (const frame of eachFrame(frames)) this.#readBegun(frameData(frame.toString("utf8")));
  }

  #readGrounding(frames: Buffer): void {
    for (const frame of eachFrame(frames)) {
      const lines = frameData(frame.toString("utf8")).split("\n");
      for (const line of lines) this.#grounding = addGrounding(this.#grounding, parseJson(line));
    }
  }

  #readBegun(data: string): void {
    for (const candidate of candidatesOf(parseJson(data))) this.#begun.add(memberOf(candidate, "index") ?? 0);
  }

  protected readFrame(_frame: Buffer, data: string): Fate {
    const event = parseJson(data);
    if (memberOf(Array.isArray(event) ? event[0] : event, "error")) return this.#failWith(event, data);
    if (blockReasonOf(event) !== undefined) this.#isBlocked = true;
    const candidates = candidatesOf(event);
    const error = failureOfCandidates(candidates, this.#readTold(candidates));
    if (error !== null && !this.#isOfSeveral) {
      this.failure = failureOf(error);
      return "failed";
    }
    for (const candidate of candidates) {
      if (decodeFinish(memberOf(candidate, "finishReason"), false) !== null)
        this.#finished.add(memberOf(candidate, "index") ?? 0);
    }
    return "passes";
  }

  #readTold(candidates: readonly unknown[]): ToldByCandidate {
    const { hasCalls, hasText } = toldBy(candidates);
    this.#hasCalls ||= hasCalls;
    this.#hasText ||= hasText || this.hasTold;
    return { hasCalls: this.#hasCalls, hasText: this.#hasText };
  }

  #failWith(event: unknown, data: string): Fate {
    this.failure = failureOf(readErrorValue(event));
    const isReadable = typeof memberOf(memberOf(event, "error"), "message") === "string";
    this.#failureJson = isReadable && isObject(event) ? data.replaceAll("\n", "") : null;
    return "failed";
  }

  #write(frames: Buffer | null): Buffer | null {
    return frames === null || this.#array === null ? frames : this.#array.write(frames);
  }
}

function usageOf(data: string): Usage | null {
  return readUsage(memberOf(parseJson(data), "usageMetadata"));
}

function candidatesOf(event: unknown): readonly unknown[] {
  const candidates = memberOf(event, "candidates");
  return Array.isArray(candidates) ? candidates : [];
}

/** Does an event tell more than that an answer has begun? */
function tells(data: string): boolean {
  const event = parseJson(data);
  if (!isObject(event)) return data.trim() !== "";
  return blockReasonOf(event) !== undefined || candidatesOf(event).some(isTelling);
}

function isTelling(candidate: unknown): boolean {
  const parts = memberOf(memberOf(candidate, "content"), "parts");
  const reason = memberOf(candidate, "finishReason");
  return (Array.isArray(parts) && parts.length > 0) || decodeFinish(reason, false) !== null;
}

/** Events as the elements of a JSON array. */
export class ArrayWriter {
  #isBegun = false;
  #isEnded = false;

  write(frames: Buffer): Buffer | null {
    let text = "";
    for (const frame of eachFrame(frames)) text += this.add(frameData(frame.toString("utf8")));
    return text === "" ? null : Buffer.from(text);
  }

  add(json: string): string {
    if (json.trim() === "" || this.#isEnded) return "";
    const before = this.#isBegun ? "\n,\r\n" : "[";
    this.#isBegun = true;
    return before + json;
  }

  /** Null where nothing was written, or the end was. */
  end(): Buffer | null {
    if (!this.#isBegun || this.#isEnded) return null;
    this.#isEnded = true;
    return Buffer.from("\n]");
  }
}
