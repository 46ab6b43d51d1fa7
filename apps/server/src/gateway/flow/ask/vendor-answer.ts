import type { ErrorReading, StoredAnswer, StreamTap, Usage } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { AnswerHeaders, UpstreamAnswer } from "#gateway/upstream/upstream.ts";

export interface AnswerBase {
  readonly target: Target;
  /** What of the request the target's dialect could not express. */
  readonly notes: readonly string[];
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/** An answer that is in memory as a whole. */
export interface WholeAnswer extends AnswerBase {
  readonly kind: "whole";
  /** In the client's dialect. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  /** Under an id, by its vendor. */
  readonly stored: StoredAnswer | null;
  /** Null for an answer that is none. */
  readonly error: Omit<ErrorReading, "body"> | null;
}

/** An answer that goes on: its first bytes are here, the rest is delivered by `source`. */
export interface StreamAnswer extends AnswerBase {
  readonly kind: "stream";
  readonly first: Buffer | null;
  readonly tap: StreamTap;
  readonly source: UpstreamAnswer;
}

export type VendorAnswer = WholeAnswer | StreamAnswer;
