// What is heard of one answer for whoever wants it stored, before placeholders become texts again. Held by content-keeper.ts.

import { OverheardTap } from "@ghostllm/llm";
import type { StreamTap, ToldAnswer } from "@ghostllm/llm";
import { Evidence } from "#gateway/flow/answer/evidence.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { KeptText } from "#link/contents.ts";
import { keptText } from "./kept-text.ts";

/** Around the words of a stream stands a lot: more of it is kept than of a text. */
const mostStreamBytes = 1024 * 1024;
/** A conversation goes on with the whole of an answer. */
const mostOfTurnBytes = 8 * mostStreamBytes;

export interface Ear {
  readonly keepsAnswer: boolean;
  /** An answer that is here as a whole. What was told before was not the client's. */
  hear(body: Buffer, contentType: string): void;
  /** An answer that goes on. */
  listenTo(tap: StreamTap, contentType: string): StreamTap;
}

interface HeardStream {
  readonly contentType: string;
  readonly evidence: Evidence;
}

export interface Hearing {
  readonly keepsAnswer: boolean;
  /** It is a turn of a conversation. */
  readonly isTurn: boolean;
}

export class HeardAnswer implements Ear {
  readonly hearing: Hearing;
  /** Of its stream. */
  readonly #mostBytes: number;
  readonly #exchange: Pick<Exchange, "held">;
  #answer: KeptText | null = null;
  /** Of a turn alone. */
  #whole: ToldAnswer | null = null;
  #stream: HeardStream | null = null;
  /** There is no room for more of the stream. */
  #isFull = false;

  constructor(exchange: Pick<Exchange, "held">, hearing: Hearing) {
    this.#exchange = exchange;
    this.hearing = hearing;
    this.#mostBytes = hearing.isTurn ? mostOfTurnBytes : mostStreamBytes;
  }

  get keepsAnswer(): boolean {
    return this.hearing.keepsAnswer;
  }

  hear(body: Buffer, contentType: string): void {
    this.#stream = null;
    this.#answer = this.keepsAnswer ? keptText({ contentType, body }) : null;
    this.#whole = this.hearing.isTurn ? { contentType, body, isWhole: true } : null;
  }

  listenTo(tap: StreamTap, contentType: string): StreamTap {
    this.forget();
    if (!this.keepsAnswer) return tap;
    const evidence = new Evidence(this.#mostBytes);
    this.#stream = { contentType, evidence };
    return new OverheardTap(tap, (frames) => this.#overhear(evidence, frames));
  }

  hearMore(frames: Buffer): void {
    if (this.#stream !== null) this.#overhear(this.#stream.evidence, frames);
  }

  told(): KeptText | null {
    if (this.#stream === null) return this.#answer;
    const { contentType, evidence } = this.#stream;
    return keptText({
      contentType,
      body: evidence.bytes,
      bytes: evidence.totalBytes,
      mostBytes: mostStreamBytes,
    });
  }

  /** As it was told, but for placeholders. */
  turn(): ToldAnswer | null {
    if (this.#stream === null) return this.#whole;
    const { contentType, evidence } = this.#stream;
    return { contentType, body: evidence.bytes, isWhole: evidence.totalBytes === evidence.keptBytes };
  }

  forget(): void {
    this.#stream = null;
    this.#answer = null;
    this.#whole = null;
  }

  /** As far as there is room for what requests hold. */
  #overhear(evidence: Evidence, frames: Buffer): void {
    const room = this.#mostBytes - evidence.keptBytes;
    if (!this.#isFull && room > 0) this.#isFull = this.#exchange.held.grow(Math.min(room, frames.length)) !== null;
    if (this.#isFull) evidence.totalBytes += frames.length;
    else evidence.add(frames);
  }
}
