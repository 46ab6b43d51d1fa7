// The shared language between dialects: what a request, an answer and a stream mean, whatever wire format they came in.
// Each dialect translates its own format to and from these types, and no dialect knows another. Traffic that stays in its
// dialect does not come through here: its bytes pass. Everything is plain, immutable data.

import type { Usage } from "#usage.ts";
import type { JsonObject } from "#wire/json.ts";

export type { ModelUsage, Usage } from "#usage.ts";

/** Something of a wire format that has no meaning in any other: kept for a target of the same dialect, noted for others. */
export interface Opaque {
  readonly kind: "opaque";
  /** The dialect it belongs to. */
  readonly dialect: string;
  readonly value: unknown;
  /** The list it stood in, in the dialect's own words, where that is not its usual place. */
  readonly place?: string;
}

/** What a dialect keeps beside the meaning, so that a target of the same dialect gets the very same fields again. */
export interface Extras {
  /** The dialect it belongs to: no other looks into it, but for the names of `fields`. */
  readonly dialect: string;
  /** Fields that have no meaning here. A target of another dialect is not sent them, which is noted. */
  readonly fields: JsonObject;
  /** Which of several ways to write the same meaning was chosen. Private to the dialect, and never noted. */
  readonly spelling?: JsonObject;
}

/** The vendor is asked to keep the prompt up to here in its cache, for a time such as `5m` or `1h`. */
export interface CacheMark {
  readonly ttl?: string;
}

/** A source that an answer names. The place in the text, if it is told, counts the characters of the part. */
export interface Citation {
  readonly url?: string;
  readonly title?: string;
  /** The words of the source. */
  readonly quote?: string;
  readonly startIndex?: number;
  readonly endIndex?: number;
  readonly extras?: Extras;
}

/** Bytes by reference or in base64. `mediaType` as the client told it, such as `image/png`. */
export type MediaSource =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "data"; readonly mediaType: string; readonly base64: string }
  | { readonly kind: "file"; readonly fileId: string };

export interface TextPart {
  readonly kind: "text";
  readonly text: string;
  readonly citations?: readonly Citation[];
  readonly cache?: CacheMark;
  readonly extras?: Extras;
}

export interface MediaPart {
  readonly kind: "image" | "document" | "audio";
  readonly source: MediaSource;
  /** How closely to look at an image: `low`, `high`, `auto`. */
  readonly detail?: string;
  readonly fileName?: string;
  readonly cache?: CacheMark;
  readonly extras?: Extras;
}

/** What only the vendor can make and read: it goes back to vendors of its dialect byte for byte, and to no others. */
export interface Seal {
  /** The dialect in which it came. */
  readonly by: string;
  readonly value: string;
}

/** What the model thought. */
export interface ReasoningPart {
  readonly kind: "reasoning";
  readonly text: string;
  readonly signature?: Seal;
  readonly encrypted?: Seal;
  readonly extras?: Extras;
}

export interface RefusalPart {
  readonly kind: "refusal";
  readonly text: string;
  readonly extras?: Extras;
}

export interface ToolCallPart {
  readonly kind: "tool_call";
  /** Ties the result to the call. Where a vendor gives none, the dialect makes one. */
  readonly id: string;
  readonly name: string;
  /** JSON text exactly as the model wrote it, which may be cut off or no JSON at all. */
  readonly argumentsText: string;
  readonly signature?: Seal;
  readonly cache?: CacheMark;
  readonly extras?: Extras;
}

export interface ToolResultPart {
  readonly kind: "tool_result";
  readonly callId: string;
  /** Of the tool, where the client told it. */
  readonly name?: string;
  readonly content: readonly (TextPart | MediaPart | Opaque)[];
  readonly isError?: boolean;
  readonly cache?: CacheMark;
  readonly extras?: Extras;
}

export type Part = TextPart | MediaPart | ReasoningPart | RefusalPart | ToolCallPart | ToolResultPart | Opaque;

/**
 * `system` holds what dialects also call developer messages and instructions. Tool results are parts of a user's turn.
 * Roles need not alternate, and system messages may stand anywhere: a dialect that is stricter joins and moves them.
 */
export type MessageRole = "system" | "user" | "assistant";

export interface Message {
  readonly role: MessageRole;
  readonly content: readonly Part[];
  /** Of a speaker among several. */
  readonly name?: string;
  readonly cache?: CacheMark;
  readonly extras?: Extras;
}

export interface FunctionTool {
  readonly kind: "function";
  readonly name: string;
  readonly description?: string;
  /** JSON Schema. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
  readonly cache?: CacheMark;
  readonly extras?: Extras;
}

export type Tool = FunctionTool | Opaque;

export type ToolChoice =
  { readonly kind: "auto" | "none" | "required" } | { readonly kind: "function"; readonly name: string };

export type AnswerFormat =
  | { readonly kind: "text" | "json"; readonly extras?: Extras }
  | {
      readonly kind: "schema";
      /** Absent where the client gave none; a dialect that needs one makes one. */
      readonly name?: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
      readonly description?: string;
      readonly extras?: Extras;
    };

/** How much to think: by a word, or by a budget of tokens. */
export interface ReasoningWish {
  readonly effort?: string;
  readonly budgetTokens?: number;
}

export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly seed?: number;
}

export interface ChatRequest {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly tools: readonly Tool[];
  readonly toolChoice?: ToolChoice;
  /** The functions that may be called, where not all of them may be. */
  readonly allowedTools?: readonly string[];
  readonly allowsParallelToolCalls?: boolean;
  readonly sampling: Sampling;
  readonly maxOutputTokens?: number;
  readonly stopSequences: readonly string[];
  readonly answers?: number;
  readonly format?: AnswerFormat;
  readonly reasoning?: ReasoningWish;
  /** How many alternatives to tell for each token; 0 tells the chosen one's probability alone. */
  readonly logprobs?: number;
  readonly stream: boolean;
  readonly serviceTier?: string;
  readonly userId?: string;
  readonly extras?: Extras;
}

/** Why an answer ended, in classes that every dialect has. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "refusal" | "other";

export interface Choice {
  readonly index: number;
  readonly content: readonly Part[];
  /** Null: the vendor gave none. */
  readonly finish: FinishReason | null;
  /** In OpenAI's form: `{content: [{token, logprob, bytes, top_logprobs}]}`. */
  readonly logprobs?: unknown;
  readonly extras?: Extras;
}

export interface ChatResult {
  readonly id: string;
  readonly model: string;
  /** Epoch seconds; 0 where the vendor told none. */
  readonly createdSeconds: number;
  readonly choices: readonly Choice[];
  readonly usage: Usage | null;
  readonly serviceTier?: string;
  readonly extras?: Extras;
}

/**
 * One step of a streamed answer. `index` is the choice. A tool call's `call` counts the calls within its choice, from 0,
 * and its arguments follow it, perhaps mixed with those of other calls. Of several usages the last one holds.
 */
export type ChatEvent =
  | { readonly kind: "start"; readonly id: string; readonly model: string; readonly createdSeconds: number }
  | { readonly kind: "text"; readonly index: number; readonly text: string }
  | { readonly kind: "reasoning"; readonly index: number; readonly text: string }
  /** Of the reasoning before it, which ends here. */
  | {
      readonly kind: "reasoning_signature";
      readonly index: number;
      readonly signature: Seal;
      readonly extras?: Extras;
    }
  /** Reasoning that only its vendor can read: a part of its own. */
  | {
      readonly kind: "reasoning_encrypted";
      readonly index: number;
      readonly encrypted: Seal;
      readonly extras?: Extras;
    }
  | { readonly kind: "refusal"; readonly index: number; readonly text: string }
  | { readonly kind: "citation"; readonly index: number; readonly citation: Citation }
  /** An image or a sound that the model made. */
  | { readonly kind: "media"; readonly index: number; readonly part: MediaPart }
  | {
      readonly kind: "tool_call";
      readonly index: number;
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly signature?: Seal;
    }
  | { readonly kind: "tool_arguments"; readonly index: number; readonly call: number; readonly text: string }
  /** In the form of a choice's `logprobs`, of the tokens since the event before. */
  | { readonly kind: "logprobs"; readonly index: number; readonly logprobs: unknown }
  | { readonly kind: "finish"; readonly index: number; readonly finish: FinishReason }
  | { readonly kind: "usage"; readonly usage: Usage }
  | { readonly kind: "service_tier"; readonly serviceTier: string }
  /** What has no meaning here, of the whole answer where there is no index. */
  | { readonly kind: "extras"; readonly index?: number; readonly extras: Extras }
  /** The vendor failed within the stream; `code` is its own word for it. Nothing follows. */
  | { readonly kind: "error"; readonly message: string; readonly code?: string }
  /** The dialect's own mark of the end. */
  | { readonly kind: "end" };
