import type { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { FrameTap } from "#dialects/streams/frame-tap.ts";
import type { Fate } from "#dialects/streams/frame-tap.ts";
import { decodedOpening, noOpening } from "#dialects/streams/opening.ts";
import { failureOf } from "#dialects/errors/vendor-error.ts";
import type { Usage } from "#hub.ts";
import { FrameScanner } from "#wire/frame-scan.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { writeEvent } from "#dialects/anthropic-messages/block-writer.ts";
import { createStreamDecoder } from "#dialects/anthropic-messages/decode/decode-stream.ts";
import { encodeStreamError } from "#dialects/anthropic-messages/errors.ts";
import { readError } from "#dialects/errors/read-error.ts";
import { mergeUsage, readUsage } from "#dialects/anthropic-messages/usage.ts";

/** A larger frame holds a document that a tool of the vendor fetched, and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

const scanner = new FrameScanner(
  [{ word: "usage" }, { word: "stop_reason", unless: "null" }, { word: "message_stop" }, { word: "error" }],
  true,
);
const rules = { names: true, comments: true, oneLine: false, spaces: false };

/** Reads usage, end and failure of a stream that passes, and parses no more of its frames than those that name them. */
export class MessageStreamTap extends FrameTap {
  protected readonly endMark = writeEvent("message_stop", {});
  #told: JsonObject | null = null;
  #isFinished = false;
  /** The vendor's own event. */
  #failureEvent: string | null = null;

  constructor({ kept }: Pick<ParsedRequest, "kept"> = {}) {
    const opening = kept?.isBackground === true ? noOpening : decodedOpening(createStreamDecoder);
    super({ maxHeldBytes, scanner, rules, opening });
  }

  get usage(): Usage | null {
    return readUsage(this.#told);
  }

  /** Without the last event, the answer must at least have told why it ended. */
  get isWhole(): boolean {
    return this.ended || this.#isFinished;
  }

  protected readFrame(frame: Buffer, data: string): Fate {
    const event = parseJson(data);
    const type = memberOf(event, "type");
    if (type === "error" || memberOf(event, "error") || isNamedError(frame)) return this.#failWith(event, data);
    if (type === "message_start") this.#told = mergeUsage(this.#told, memberOf(memberOf(event, "message"), "usage"));
    else if (type === "message_delta") this.#readDelta(event);
    else if (type === "message_stop") this.ended = true;
    return "passes";
  }

  #readDelta(event: unknown): void {
    this.#told = mergeUsage(this.#told, memberOf(event, "usage"));
    if (memberOf(memberOf(event, "delta"), "stop_reason")) this.#isFinished = true;
  }

  #failWith(event: unknown, data: string): Fate {
    this.failure = failureOf(readError(data));
    const error = memberOf(event, "error");
    const isReadable = memberOf(event, "type") === "error" && typeof memberOf(error, "message") === "string";
    this.#failureEvent = isReadable && isObject(event) ? `event: error\ndata: ${data.replaceAll("\n", "")}\n\n` : null;
    return "failed";
  }

  protected writeFailure(error: GhostError): string {
    return this.#failureEvent ?? encodeStreamError(error);
  }
}

/** Servers that stand in for the vendor write the bare error behind the name. */
function isNamedError(frame: Buffer): boolean {
  return frame.includes("event: error");
}
