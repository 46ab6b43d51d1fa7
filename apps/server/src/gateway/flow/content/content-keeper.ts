// Keeps the texts of one request for whoever wants them stored: what went to the vendor, behind the privacy policy, and what the vendor told
// before placeholders become texts again. Called along the flow, for keys whose policy says so; for all others it costs the reading of one field.

import type { Dialect, ParsedRequest, StreamTap, ToldAnswer } from "@ghostllm/llm";
import type { ContentOutcome } from "@ghostllm/contract";
import type { Principal, StoredPrompts } from "#domain/principal.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { OpenSession } from "#gateway/flow/session/session-turn.ts";
import { HeardAnswer } from "./ear.ts";
import type { Ear } from "./ear.ts";
import { keptText } from "./kept-text.ts";

export type ContentDeps = Pick<GatewayDeps, "contents" | "events">;

/** What is kept of a call. */
interface Call {
  readonly exchange: Pick<Exchange, "id" | "startedAt" | "header" | "held" | "trace">;
  readonly principal: Principal;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
  readonly session?: OpenSession | null;
}

/** Null: nothing of it is to be stored. */
export function contentOf(deps: ContentDeps, call: Call): ContentKeeper | null {
  const { storePrompts } = call.principal;
  // Of a session nothing is stored.
  if (call.request.operation === "realtime") return null;
  return storePrompts === null || deps.contents === null ? null : new ContentKeeper(deps, call, storePrompts);
}

export class ContentKeeper implements Ear {
  readonly #deps: ContentDeps;
  readonly #call: Call;
  /** What the client is told, as far as it has been heard. */
  #heard: HeardAnswer;
  /** What its record tells; null until it has ended. */
  outcome: ContentOutcome | null = null;

  constructor(deps: ContentDeps, call: Call, policy: StoredPrompts) {
    this.#deps = deps;
    this.#call = call;
    this.#heard = new HeardAnswer(call.exchange, {
      keepsAnswer: policy === "request_and_answer",
      isTurn: Boolean(call.session),
    });
  }

  get keepsAnswer(): boolean {
    return this.#heard.keepsAnswer;
  }

  hear(body: Buffer, contentType: string): void {
    this.#heard.hear(body, contentType);
  }

  listenTo(tap: StreamTap, contentType: string): StreamTap {
    return this.#heard.listenTo(tap, contentType);
  }

  /** What its client is told behind it, and no tap tells. */
  hearMore(frames: Buffer): void {
    this.#heard.hearMore(frames);
  }

  /** Beside another attempt: what is heard of it is kept where `goOn` is called, since it is the client's. */
  beside(): Ear & { goOn(): void } {
    const heard = new HeardAnswer(this.#call.exchange, this.#heard.hearing);
    return {
      keepsAnswer: heard.keepsAnswer,
      hear: (body, contentType) => heard.hear(body, contentType),
      listenTo: (tap, contentType) => heard.listenTo(tap, contentType),
      goOn: () => void (this.#heard = heard),
    };
  }

  /** Until the end, and of a turn of a conversation alone. */
  get turn(): ToldAnswer | null {
    return this.#heard.turn();
  }

  /** The request has ended. Where no answer was told to the client, none is stored. */
  end(hasAnswer: boolean): void {
    if (this.outcome !== null) return;
    const { exchange, principal, request, dialect } = this.#call;
    const { userId, keyId, teamId } = principal;
    const contentType = request.form?.contentType ?? exchange.header("content-type") ?? "application/json";
    const texts = {
      request: request.body.length === 0 ? null : keptText({ contentType: typeOf(contentType), body: request.body }),
      answer: hasAnswer ? this.#heard.told() : null,
    };
    const isKept = this.#deps.contents?.keep({
      ...{ requestId: exchange.id, createdAt: exchange.startedAt, userId, keyId, teamId },
      ...texts,
    });
    exchange.trace?.tell({ ...texts, readAnswer: (text, isStream) => dialect.upstream.readText(text, isStream) });
    this.outcome = isKept === true ? "kept" : "dropped";
    if (isKept !== true) this.#deps.events.contentDropped();
    this.#heard.forget();
  }
}

/** What command lines name where nothing is said is read as JSON. */
function typeOf(contentType: string): string {
  return /^(?:text\/plain|application\/x-www-form-urlencoded)\b/i.test(contentType) ? "application/json" : contentType;
}
