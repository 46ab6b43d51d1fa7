// Keeps the texts of one request for whoever wants them stored: what went to the vendor, behind the privacy policy, and what the vendor told
// before placeholders become texts again. Called along the flow, for keys whose policy says so; for all others it costs the reading of one field.

import { OverheardTap } from "@ghostllm/llm";
import type { ParsedRequest, StreamTap } from "@ghostllm/llm";
import type { ContentOutcome } from "@ghostllm/contract";
import type { Principal, StoredPrompts } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { KeptText } from "#link/contents.ts";
import { Evidence } from "#gateway/flow/answer/evidence.ts";
import { keptText } from "./kept-text.ts";

export type ContentDeps = Pick<GatewayDeps, "contents" | "events">;

/** Around the words of a stream stands a lot: more of it is kept than of a text. */
const mostStreamBytes = 1024 * 1024;

/** What is kept of a call. */
interface Call {
  readonly exchange: Pick<Exchange, "id" | "startedAt" | "header" | "held">;
  readonly principal: Principal;
  readonly request: ParsedRequest;
}

interface Heard {
  readonly contentType: string;
  readonly evidence: Evidence;
}

/** Null: nothing of it is to be stored. */
export function contentOf(deps: ContentDeps, call: Call): ContentKeeper | null {
  const { storePrompts } = call.principal;
  return storePrompts === null || deps.contents === null ? null : new ContentKeeper(deps, call, storePrompts);
}

export class ContentKeeper {
  readonly #deps: ContentDeps;
  readonly #call: Call;
  readonly #keepsAnswer: boolean;
  #answer: KeptText | null = null;
  #heard: Heard | null = null;
  /** There is no room for more of the stream. */
  #isFull = false;
  /** What its record tells; null until it has ended. */
  outcome: ContentOutcome | null = null;

  constructor(deps: ContentDeps, call: Call, policy: StoredPrompts) {
    this.#deps = deps;
    this.#call = call;
    this.#keepsAnswer = policy === "request_and_answer";
  }

  get keepsAnswer(): boolean {
    return this.#keepsAnswer;
  }

  /** An answer that is here as a whole. What was told before was not the client's. */
  hear(body: Buffer, contentType: string): void {
    this.#heard = null;
    this.#answer = this.#keepsAnswer ? keptText({ contentType, body }) : null;
  }

  /** An answer that goes on. */
  listenTo(tap: StreamTap, contentType: string): StreamTap {
    this.#answer = null;
    this.#heard = null;
    if (!this.#keepsAnswer) return tap;
    const evidence = new Evidence(mostStreamBytes);
    this.#heard = { contentType, evidence };
    return new OverheardTap(tap, (frames) => this.#overhear(evidence, frames));
  }

  /** As far as there is room for what requests hold. */
  #overhear(evidence: Evidence, frames: Buffer): void {
    const room = mostStreamBytes - evidence.keptBytes;
    if (!this.#isFull && room > 0) this.#isFull = this.#call.exchange.held.grow(Math.min(room, frames.length)) !== null;
    if (this.#isFull) evidence.totalBytes += frames.length;
    else evidence.add(frames);
  }

  /** The request has ended. Where no answer was told to the client, none is stored. */
  end(hasAnswer: boolean): void {
    if (this.outcome !== null) return;
    const { exchange, principal, request } = this.#call;
    const { userId, keyId, teamId } = principal;
    const contentType = request.form?.contentType ?? exchange.header("content-type") ?? "application/json";
    const isKept = this.#deps.contents?.keep({
      ...{ requestId: exchange.id, createdAt: exchange.startedAt, userId, keyId, teamId },
      request: request.body.length === 0 ? null : keptText({ contentType: typeOf(contentType), body: request.body }),
      answer: hasAnswer ? this.#told() : null,
    });
    this.outcome = isKept === true ? "kept" : "dropped";
    if (isKept !== true) this.#deps.events.contentDropped();
    this.#heard = null;
    this.#answer = null;
  }

  #told(): KeptText | null {
    if (this.#heard === null) return this.#answer;
    const { contentType, evidence } = this.#heard;
    return keptText({
      contentType,
      body: evidence.bytes,
      bytes: evidence.totalBytes,
      mostBytes: mostStreamBytes,
    });
  }
}

/** What command lines name where nothing is said is read as JSON. */
function typeOf(contentType: string): string {
  return /^(?:text\/plain|application\/x-www-form-urlencoded)\b/i.test(contentType) ? "application/json" : contentType;
}
