// One try at a target, from when it is asked: what is known of it as long as it goes on, and after that. Made by trail.ts.

import type { AttemptMade } from "@ghostllm/contract";
import type { ParsedRequest } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { UpstreamCall } from "#gateway/upstream/upstream.ts";
import type { Work } from "#gateway/flow/ask/target-work.ts";
import type { Begun } from "#gateway/flow/ask/unanswered.ts";

export interface AskedBefore {
  readonly request: ParsedRequest;
  readonly assumedOutputTokens: number;
  /** By the monotonic clock. */
  readonly now: number;
}

/** What an attempt showed that was not the client's answer, or not yet. */
export type WhyLeft = Pick<AttemptMade, "status" | "reason" | "restMs">;

export class Tried {
  readonly target: Target;
  /** Of those of its request, from 1. */
  readonly number: number;
  /** By the monotonic clock. */
  readonly startedAt: number;
  /** It failed again and again before this request. */
  isProbe = false;
  /** The name that is asked, where the request was led on from what it asked for. */
  ledTo: string | null = null;
  /** Where it is counted what its target works on. */
  work: Work | null = null;
  /** It was asked while another one went on. */
  isBeside = false;
  /** By the monotonic clock; 0: it has neither answered nor failed. */
  answeredAt = 0;
  /** Why it was not the client's answer; null as long as it may be. */
  left: WhyLeft | null = null;
  leftAt = 0;
  #call: UpstreamCall | null = null;

  constructor(target: Target, number: number, startedAt: number) {
    this.target = target;
    this.number = number;
    this.startedAt = startedAt;
  }

  /** It is over, and was not the client's answer. */
  get isLeft(): boolean {
    return this.left !== null;
  }

  hold(call: UpstreamCall): void {
    this.#call = call;
  }

  /** By which its usage is estimated. */
  begun({ request, assumedOutputTokens, now }: AskedBefore): Begun {
    return { request, assumedOutputTokens, call: this.#call, elapsedMs: now - this.startedAt };
  }

  /** The vendor has the whole request and may have worked on it. */
  get isSent(): boolean {
    return this.#call?.isSent ?? false;
  }
}
