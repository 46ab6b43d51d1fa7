import type { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "#dialects/parsed-request.ts";
import { isNamedError } from "#dialects/streams/frame-decoder.ts";
import { FrameTap } from "#dialects/streams/frame-tap.ts";
import type { Fate } from "#dialects/streams/frame-tap.ts";
import { noOpening, openingOf } from "#dialects/streams/opening.ts";
import type { Opening } from "#dialects/streams/opening.ts";
import { readErrorValue } from "#dialects/errors/read-error.ts";
import { failureOf } from "#dialects/errors/vendor-error.ts";
import type { Usage } from "#hub.ts";
import { FrameScanner } from "#wire/frame-scan.ts";
import { eachFrame } from "#wire/frames.ts";
import { memberOf, parseJson } from "#wire/json.ts";
import { encodeStreamError, writeErrorEvent } from "#dialects/openai-chat/errors.ts";
import { failureOfChoice, failureOfChunk } from "#dialects/openai-chat/answer-failure.ts";
import { isFailedFinish } from "#dialects/openai-chat/finish.ts";
import { choicesOf, FinishedChoices, tellsOfAnswer } from "#dialects/openai-chat/decode/finished-choices.ts";
import { isForwarded } from "./forwarded.ts";
import { StreamUsage } from "#dialects/openai-chat/decode/stream-usage.ts";
import { readUsageOf } from "#dialects/openai-chat/usage.ts";

/** A frame of a chat stream is small; one that is larger than this carries an image or audio and is passed in parts. */
const maxHeldBytes = 4 * 1024 * 1024;

/** Of `event: error`, which some servers write before an error without a member of that name. */
const nameLength = 16;

const doneMark = "[DONE]";

/** OpenAI writes null for the first two into every chunk but the last ones. */
const signs = ["usage", "finish_reason", "error", "detail", "base_resp"].map((word) => ({
  word,
  unless: "null" as const,
}));
const scanner = new FrameScanner(signs, false);

/** Heartbeats of servers, which the official SDKs take for chunks. */
const silentNames = new Set(["ping", "keepalive", "keep-alive", "heartbeat"]);
const rules = { names: true, comments: true, oneLine: true, spaces: false, silentNames };

export type StreamRequest = Pick<ParsedRequest, "operation" | "answers" | "kept">;

export interface ChatTapParts {
  readonly request: StreamRequest;
  /** The usage chunk was asked for by us alone. */
  readonly hidesUsage: boolean;
  readonly readUsage?: (chunk: unknown) => Usage | null;
}

/** Reads what must be known of a stream without parsing its chunks: usage, errors, and why its answers ended. */
export class ChatStreamTap extends FrameTap {
  readonly #choices: FinishedChoices;
  readonly #request: StreamRequest;
  readonly #hidesUsage: boolean;
  readonly #usage = new StreamUsage();
  #isBegun = false;
  readonly #readUsage: (chunk: unknown) => Usage | null;
  /** The vendor's own event. */
  #failureEvent: string | null = null;

  constructor({ request, hidesUsage, readUsage = readUsageOf }: ChatTapParts) {
    super({ maxHeldBytes, scanner, rules, opening: openingFor(request) });
    this.#choices = new FinishedChoices(request.answers);
    this.#request = request;
    this.#hidesUsage = hidesUsage;
    this.#readUsage = readUsage;
  }

  get usage(): Usage | null {
    return this.#usage.total;
  }

  get isWhole(): boolean {
    return this.ended || this.#choices.areFinished || !this.#isJudged;
  }

  /** Streams of sound and pictures have ends of their own, and some servers completions of a form of their own. */
  get #isJudged(): boolean {
    const { operation } = this.#request;
    if (operation === "completions") return this.lastFrames?.includes('"choices"') ?? true;
    return !isForwarded(operation);
  }

  protected get endMark(): string {
    return this.#choices.areFinished ? `data: ${doneMark}\n\n` : "";
  }

  protected override watch(frames: Buffer): void {
    if (this.#isBegun) return;
    this.#isBegun = true;
    const [first] = eachFrame(frames);
    if (first !== undefined) this.#usage.begin(first);
  }

  protected readFrame(frame: Buffer, data: string): Fate {
    if (data.trim() === doneMark) {
      this.ended = true;
      return "passes";
    }
    const chunk = parseJson(data);
    const usage = this.#readUsage(chunk);
    if (usage !== null) this.#usage.add(usage, chunk);
    if (this.#findFailure(chunk, data, isNamedError(frame.toString("latin1", 0, nameLength)))) return "failed";
    this.#choices.read(chunk, usage !== null);
    return this.#hidesUsage && usage !== null && isUsageOnly(chunk) ? "withheld" : "passes";
  }

  #findFailure(chunk: unknown, data: string, isNamed: boolean): boolean {
    const failed = choicesOf(chunk).find((choice) => isFailedFinish(choice["finish_reason"]));
    const ofChoice = failed === undefined ? null : failureOfChoice(failed);
    const error = isNamed ? readErrorValue(chunk) : (failureOfChunk(chunk) ?? ofChoice);
    if (error === null) return false;
    this.failure = failureOf(error);
    // What clients read of it must be there.
    const isReadable = typeof memberOf(memberOf(chunk, "error"), "message") === "string";
    this.#failureEvent = isReadable ? writeErrorEvent(data.replaceAll("\n", "")) : null;
    return true;
  }

  protected writeFailure(error: GhostError): string {
    return this.#failureEvent ?? encodeStreamError(error);
  }
}

function openingFor({ operation, kept }: StreamRequest): Opening {
  // Work that goes on without us must not be begun by two vendors.
  const mayBeAskedAgain = operation === "chat.completions" && kept?.isBackground !== true;
  return mayBeAskedAgain ? openingOf((data) => data.trim() !== doneMark && tellsOfAnswer(parseJson(data))) : noOpening;
}

/** The extra chunk of `include_usage` has no choices; usage on a chunk with choices was sent unasked. */
function isUsageOnly(chunk: unknown): boolean {
  const choices = memberOf(chunk, "choices");
  return Array.isArray(choices) && choices.length === 0;
}
