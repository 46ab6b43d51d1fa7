import type { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { FrameTap } from "#dialects/streams/frame-tap.ts";
import type { Fate } from "#dialects/streams/frame-tap.ts";
import { decodedOpening, noOpening } from "#dialects/streams/opening.ts";
import type { StoredAnswer } from "#dialects/bodies/stored-objects.ts";
import { failureOf } from "#dialects/errors/vendor-error.ts";
import type { Usage } from "#hub.ts";
import { FrameScanner } from "#wire/frame-scan.ts";
import { isObject, memberOf, parseJson } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";
import { failureOf as failureOfAnswer } from "#dialects/openai-responses/answer-failure.ts";
import { createStreamDecoder } from "#dialects/openai-responses/decode/decode-stream.ts";
import { writeFailurePair } from "#dialects/openai-responses/errors.ts";
import { readFailure } from "#dialects/openai-responses/failure.ts";
import type { Failure } from "#dialects/openai-responses/failure.ts";
import { readRequestFields } from "#dialects/openai-responses/response-object.ts";
import { storedOf } from "./stored.ts";
import { readUsageOf } from "#dialects/openai-responses/usage.ts";

/** The last frame holds the whole answer once more, with its images, and the usage behind them. */
const maxHeldBytes = 16 * 1024 * 1024;

const ends = new Set<unknown>(["response.completed", "response.incomplete", "response.failed"]);
/** These tell the whole request again. */
const beginnings = new Set<unknown>(["response.created", "response.in_progress", "response.queued"]);

const words = [...ends, ...beginnings].map((word) => ({ word: String(word) }));
const scanner = new FrameScanner([...words, { word: "error", unless: "null" }], true);
const rules = { names: true, comments: true, oneLine: false, spaces: false };

export type ResponseTapRequest = Partial<Pick<ParsedRequest, "kept" | "body" | "operation">>;

/** Reads usage, end and failure of a stream that passes, and parses no more of its frames than those that name them. */
export class ResponseStreamTap extends FrameTap {
  usage: Usage | null = null;
  stored: StoredAnswer | null = null;
  protected readonly endMark = "";
  readonly #request: Pick<ParsedRequest, "body" | "operation">;
  /** The answer as it was told last. */
  #response: JsonObject | null = null;
  /** What the vendor said about its failing. */
  #told: Failure | null = null;

  constructor({ kept, body = Buffer.alloc(0), operation = "chat.completions" }: ResponseTapRequest = {}) {
    // Work that goes on without us must not be begun by two vendors.
    const opening = kept?.isBackground === true ? noOpening : decodedOpening(createStreamDecoder);
    super({ maxHeldBytes, scanner, rules, opening });
    this.#request = { body, operation };
  }

  /** Only the last event tells that an answer has ended. */
  get isWhole(): boolean {
    return this.ended;
  }

  protected readFrame(_frame: Buffer, data: string): Fate {
    const event = parseJson(data);
    // What is no JSON is the client's to judge, but an end.
    if (event === undefined) this.ended = /"type"\s*:\s*"response\.(?:completed|incomplete)"/.test(data);
    const type = memberOf(event, "type");
    const response = memberOf(event, "response");
    if (beginnings.has(type)) this.#readBeginning(response);
    else if (ends.has(type)) return this.#readEnd(type, response);
    else if (type === "error" || memberOf(event, "error")) return this.#failWith(readFailure(event));
    return "passes";
  }

  #readBeginning(response: unknown): void {
    this.stored ??= storedOf(response);
    if (isObject(response)) this.#response = response;
  }

  #readEnd(type: unknown, response: unknown): Fate {
    this.usage = readUsageOf(response) ?? this.usage;
    this.stored = storedOf(response) ?? this.stored;
    if (isObject(response)) this.#response = response;
    this.ended = true;
    if (type === "response.failed") return this.#failWith(readFailure(response));
    const error = this.hasTold || !isObject(response) ? null : failureOfAnswer(response, this.#request);
    return error === null ? "passes" : this.#failWith({ message: error.message ?? "" });
  }

  #failWith(failure: Failure): Fate {
    const { message, code } = failure;
    this.#told = failure;
    if (this.stored !== null) this.stored = { ...this.stored, state: "failed" };
    this.failure = failureOf({ message, words: code === undefined ? [] : [code] });
    return "failed";
  }

  /** Numbers go on from the last event, and the answer stays the one that was begun. */
  protected writeFailure(error: GhostError): string {
    const request = readRequestFields(this.#request);
    return writeFailurePair({ error, told: this.#told, response: this.#response, request, next: this.#nextNumber() });
  }

  #nextNumber(): number {
    const text = this.lastFrames?.toString("latin1") ?? "";
    const last = [...text.matchAll(/"sequence_number"\s*:\s*(\d{1,15})/g)].at(-1)?.[1];
    return last === undefined ? 0 : Number(last) + 1;
  }
}
