import type { ErrorReading, KeptTurn, StoredAnswer, StreamTap, Usage } from "@ghostllm/llm";
import type { Target } from "#domain/snapshot.ts";
import type { MeasuredUsage } from "./measured-usage.ts";
import type { AnswerHeaders, UpstreamAnswer } from "#gateway/upstream/upstream.ts";

interface FromVendor {
  readonly origin: "vendor";
  readonly target: Target;
}

/** Told before, by this target: it was not asked again. */
interface FromCache {
  readonly origin: "cache";
  readonly target: Target;
}

/** Made here, where vendors told nothing. */
interface FromHere {
  readonly origin: "estimate";
  readonly target: null;
}

interface AnswerBase {
  /** What of the request could not be expressed, and how what is told came about. */
  readonly notes: readonly string[];
  readonly status: number;
  readonly headers: AnswerHeaders;
}

/** An answer that is in memory as a whole. */
interface Whole extends AnswerBase {
  readonly kind: "whole";
  /** In the client's dialect. */
  readonly body: Buffer;
  readonly usage: Usage | null;
  /** Under an id, by its vendor. */
  readonly stored: StoredAnswer | null;
  /** What clients may drop, and its vendor wants back. */
  readonly turn?: KeptTurn | null;
  /** Null for an answer that is none. */
  readonly error: Omit<ErrorReading, "body"> | null;
  /** What its vendor told, where a guardrail does not let the client have it. Its vendor is paid all the same. */
  readonly withheld?: { readonly status: number; readonly body: Buffer };
}

/** An answer that goes on: its first bytes are here, the rest is delivered by `source`. */
interface Streamed extends AnswerBase {
  readonly kind: "stream";
  readonly first: Buffer | null;
  readonly tap: StreamTap;
  readonly source: UpstreamAnswer;
  /** The vendor has told all of it, whatever the client was told. */
  readonly isRead?: () => boolean;
  /** What came and is not told, each part once: its tokens were made all the same. */
  readonly unsaid?: () => Buffer | null;
  /** Of the part that its record tells of, where somebody was asked to go on with it; null: nobody was. */
  readonly usageOfPart?: (isComplete: boolean) => Promise<MeasuredUsage | null>;
}

export type VendorBase = AnswerBase & FromVendor;
export type WholeVendorAnswer = Whole & FromVendor;
export type StreamVendorAnswer = Streamed & FromVendor;
export type VendorAnswer = (Whole | Streamed) & FromVendor;

export type RecalledAnswer = (Whole | Streamed) & FromCache;

export type WholeAnswer = Whole & (FromVendor | FromCache | FromHere);
export type StreamAnswer = Streamed & (FromVendor | FromCache);
/** What a client is told: `origin` says where it came from. */
export type Answer = WholeAnswer | StreamAnswer;
