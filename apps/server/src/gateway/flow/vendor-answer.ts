import type { StreamTap, Usage } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { AnswerHeaders, UpstreamAnswer } from "#gateway/upstream/upstream.ts";

interface AnswerBase {
  readonly target: Target;
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/** An answer that is in memory as a whole. */
export interface WholeAnswer extends AnswerBase {
  readonly kind: "whole";
  readonly body: Buffer;
  readonly usage: Usage | null;
}

/** An answer that goes on: its first bytes are here, the rest is delivered by `source`. */
export interface StreamAnswer extends AnswerBase {
  readonly kind: "stream";
  readonly first: Buffer | null;
  readonly tap: StreamTap;
  readonly source: UpstreamAnswer;
}

export type VendorAnswer = WholeAnswer | StreamAnswer;
