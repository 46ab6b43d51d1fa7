// A request as the gateway knows it, and what is to be done to it before a target gets it.

import type { Operation } from "#operations.ts";
import type { Quirks } from "#providers/definition.ts";
import type { Member } from "#wire/json-members.ts";
import type { KeptByVendor } from "#dialects/bodies/stored-objects.ts";

/** The size of a prompt, as far as its bytes tell it. */
export type PromptSize = Pick<ParsedRequest, "promptTokensEstimate" | "textBytes">;

/** What the gateway needs to know of a request; the rest of it stays in `body`. */
export interface ParsedRequest {
  readonly operation: Operation;
  /** As it came. */
  readonly body: Buffer;
  /** Where its fields stand; null where that is in doubt (a key twice, or with escapes). */
  readonly members: readonly Member[] | null;
  readonly model: string;
  readonly stream: boolean;
  /** The client asked to be told the usage within the stream. */
  readonly wantsStreamUsage: boolean;
  /** Upper guess from the size of the body, for limits and reservations. */
  readonly promptTokensEstimate: number;
  /** Bytes of text that the prompt is made of, of which no vendor makes more tokens than one each; those of the body where it is absent. */
  readonly textBytes?: number;
  /** Most output tokens of one answer, where the client named a maximum. Vendors differ in what 0 means: some take it for none. */
  readonly maxOutputTokens: number | null;
  /** How many answers are asked for: `n`, times the number of prompts. */
  readonly answers: number;
  /** The body is a form, in which the model has its place. */
  readonly form?: { readonly contentType: string; readonly modelStart: number; readonly modelEnd: number };
  /** Of the client's URL, such as `alt=sse`, where it tells how to answer. */
  readonly query?: string;
  /** Absent where vendors of the dialect keep nothing. */
  readonly kept?: KeptByVendor;
}

/** What a request says outside its body. */
export interface RequestLine {
  /** From the path, decoded. */
  readonly model?: string;
  readonly stream?: boolean;
  /** Without the question mark. */
  readonly query: string;
  readonly contentType?: string;
}

export interface RequestEdits {
  readonly model: string;
  readonly quirks: Quirks;
  /** The client's headers that vendors of its dialect are sent, for those who want them in the body. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Can the model think? Absent or null where nobody knows. */
  readonly thinks?: boolean | null;
}

export interface EncodedRequest {
  readonly body: string;
  /** Names of what this dialect cannot express, and what is therefore not in `body`. */
  readonly notes: readonly string[];
}
