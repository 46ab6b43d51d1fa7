// An answer that broke off within its stream and that another model goes on with, in the same stream: what was told of it, the request that asks
// for the rest, and the rest such that it follows what its client has heard. Of plain text alone: half a thought or half a call has no rest.

import type { GhostError } from "@ghostllm/contract";
import type { ChatEvent } from "#hub.ts";
import type { Dialect } from "#dialects/dialect.ts";
import type { ParsedRequest, RequestLine } from "#dialects/parsed-request.ts";
import { spanAt } from "#dialects/bodies/span.ts";
import type { StreamDecoder, StreamEncoder } from "#dialects/streams/stream-codec.ts";
import { isObject, parseJson } from "#wire/json.ts";
import { spliceJson } from "#wire/json-members.ts";
import type { Splice } from "#wire/json-members.ts";
import { messagesIn, withMessages } from "./conversation.ts";
import { Joint } from "./joint.ts";

/** `not_text`: something else than text was told; `closed`: nothing can be added to it; `nothing`: no letter of it is there. */
export type NotBegun = "not_text" | "closed" | "nothing";

export interface BegunAnswer {
  readonly text: string;
  /** It has written what was told, as far as that has a meaning. */
  readonly encoder: StreamEncoder;
}

/** What does not stand in the way: around texts stand facts of the whole answer. */
const harmless: ReadonlySet<ChatEvent["kind"]> = new Set(["start", "usage", "service_tier"]);

/** `told`: all that the client was told of the answer, in its dialect. */
export function readBegun(dialect: Dialect, request: ParsedRequest, told: Buffer): BegunAnswer | NotBegun {
  const { client, upstream } = dialect;
  const written = told.toString("utf8");
  if (!/\n\r?\n?$/.test(written) || client.conversation.closes?.test(written) === true) return "closed";
  const encoder = client.createStreamEncoder(request);
  let text = "";
  for (const event of upstream.createStreamDecoder("answer").push(told)) {
    if (event.kind === "text" && event.index === 0) text += event.text;
    else if (event.kind === "finish" || event.kind === "end") return "closed";
    else if (!harmless.has(event.kind) && !(event.kind === "extras" && event.index === undefined)) return "not_text";
    encoder.encode(event);
  }
  if (text.trim() === "") return "nothing";
  encoder.takeUp?.(written);
  return { text, encoder };
}

interface Begun {
  readonly text: string;
  /** Of the text, by which less of it may come. */
  readonly tokens: number;
}

/** Asks for what comes behind the text. Null where a model spoke last already, or its messages cannot be told apart. */
export function requestToGoOn(dialect: Dialect, request: ParsedRequest, begun: Begun): ParsedRequest | null {
  const { client } = dialect;
  const { conversation } = client;
  const messages = messagesIn(dialect, request.body);
  const last = parseJson(messages.at(-1) ?? "");
  if (!isObject(last) || conversation.isSaid(last)) return null;
  const said = JSON.stringify(conversation.fromSaidText(begun.text.trimEnd()));
  const body = withLess(withMessages(dialect, request.body, [...messages, said]), conversation.limits, begun.tokens);
  const { model, stream, query = "" } = request;
  const line: RequestLine = { model, stream, query };
  return client.parseRequest(request.operation, body, line);
}

/** Whoever said how long an answer may be is told no more than that in all. */
function withLess(body: Buffer, limits: readonly (readonly string[])[], tokens: number): Buffer {
  const splices = limits.flatMap((path): Splice[] => {
    const span = spanAt(body, path);
    const limit = Number(span?.toString("utf8"));
    if (span === null || !Number.isSafeInteger(limit) || limit <= 0) return [];
    const start = span.byteOffset - body.byteOffset;
    return [{ start, end: start + span.length, text: String(Math.max(1, limit - tokens)) }];
  });
  return splices.length === 0 ? body : spliceJson(body, splices);
}

/** What another stream of the client's dialect tells, behind what was told before. */
export class AnswerGoingOn {
  readonly #encoder: StreamEncoder;
  readonly #decoder: StreamDecoder;
  readonly #joint: Joint;
  readonly #dialect: Dialect;

  constructor(dialect: Dialect, { text, encoder }: BegunAnswer, prefill: "continues" | "repeats") {
    this.#dialect = dialect;
    this.#encoder = encoder;
    this.#decoder = dialect.upstream.createStreamDecoder("answer");
    this.#joint = new Joint(text, prefill);
  }

  push(frames: Buffer): Buffer | null {
    return this.#write(this.#decoder.push(frames));
  }

  /** The other stream has ended, rightly. */
  end(): Buffer | null {
    return this.#write(this.#decoder.flush());
  }

  fail(error: GhostError): Buffer {
    return Buffer.from((this.#encoder.encodeFailure ?? this.#dialect.client.encodeStreamError)(error));
  }

  #write(events: readonly ChatEvent[]): Buffer | null {
    const written = events.map((event) => this.#tell(event)).join("");
    return written === "" ? null : Buffer.from(written);
  }

  #tell(event: ChatEvent): string {
    if (event.kind === "start" || event.kind === "error") return "";
    const isText = event.kind === "text" && event.index === 0;
    const text = isText ? this.#joint.push(event.text) : isFact(event) ? "" : this.#joint.rest();
    const before = text === "" ? "" : this.#encoder.encode({ kind: "text", index: 0, text });
    return isText ? before : before + this.#encoder.encode(event);
  }
}

function isFact(event: ChatEvent): boolean {
  return harmless.has(event.kind) || (event.kind === "extras" && event.index === undefined);
}
