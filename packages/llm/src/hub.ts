// The shared language between dialects: what a request, an answer and a stream mean, whatever wire format they came in.
// Each dialect translates its own format to and from these types, and no dialect knows another. Traffic that stays in its
// dialect does not come through here: its bytes pass. Everything is plain, immutable data.

import type { JsonObject } from "#wire/json.ts";

/** What is asked of a vendor. Each operation has one path per provider; an operation a provider lacks is absent there. */
export type Operation = "chat.completions" | "completions" | "embeddings";

/** Token counts of one answer, in the vendor's own count. */
export interface Usage {
  /** All input tokens, the cached ones included. */
  readonly promptTokens: number;
  /** All output tokens, the reasoning ones included. */
  readonly completionTokens: number;
  /** Part of `promptTokens` that the vendor read from its cache. */
  readonly cachedTokens: number;
  /** Part of `completionTokens` that was spent on reasoning. */
  readonly reasoningTokens: number;
}

/** Something of a wire format that has no meaning in any other: kept for a target of the same dialect, noted for others. */
export interface Opaque {
  readonly kind: "opaque";
  /** The dialect it belongs to. */
  readonly dialect: string;
  readonly value: unknown;
}

/** Bytes by reference or in base64. `mediaType` as the client told it, such as `image/png`. */
export type MediaSource =
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "data"; readonly mediaType: string; readonly base64: string }
  | { readonly kind: "file"; readonly fileId: string };

export interface TextPart {
  readonly kind: "text";
  readonly text: string;
  /** Vendors' citations of their sources, as they came. */
  readonly citations?: readonly unknown[];
}

export interface MediaPart {
  readonly kind: "image" | "document" | "audio";
  readonly source: MediaSource;
  /** How closely to look at an image: `low`, `high`, `auto`. */
  readonly detail?: string;
  readonly fileName?: string;
}

/** What the model thought. Signature and encrypted content go back to their vendor byte for byte, or not at all. */
export interface ReasoningPart {
  readonly kind: "reasoning";
  readonly text: string;
  readonly signature?: string;
  readonly encrypted?: string;
}

export interface RefusalPart {
  readonly kind: "refusal";
  readonly text: string;
}

export interface ToolCallPart {
  readonly kind: "tool_call";
  /** Ties the result to the call. Where a vendor gives none, the dialect makes one. */
  readonly id: string;
  readonly name: string;
  /** JSON text exactly as the model wrote it, which may be cut off or no JSON at all. */
  readonly argumentsText: string;
  readonly signature?: string;
}

export interface ToolResultPart {
  readonly kind: "tool_result";
  readonly callId: string;
  readonly content: readonly (TextPart | MediaPart | Opaque)[];
  readonly isError?: boolean;
}

export type Part = TextPart | MediaPart | ReasoningPart | RefusalPart | ToolCallPart | ToolResultPart | Opaque;

/** `system` holds what dialects also call developer messages and instructions. Tool results are parts of a user's turn. */
export type MessageRole = "system" | "user" | "assistant";

export interface Message {
  readonly role: MessageRole;
  readonly content: readonly Part[];
  /** Of a speaker among several. */
  readonly name?: string;
}

export interface FunctionTool {
  readonly kind: "function";
  readonly name: string;
  readonly description?: string;
  /** JSON Schema. */
  readonly parameters?: JsonObject;
  readonly strict?: boolean;
}

export type Tool = FunctionTool | Opaque;

export type ToolChoice =
  { readonly kind: "auto" | "none" | "required" } | { readonly kind: "function"; readonly name: string };

export type AnswerFormat =
  | { readonly kind: "text" | "json" }
  | {
      readonly kind: "schema";
      readonly name: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
      readonly description?: string;
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
  /** Fields that have no meaning here: kept for a target of the same dialect, noted for others. */
  readonly unknown: JsonObject;
}

/** Why an answer ended, in classes that every dialect has. */
export type FinishReason = "stop" | "length" | "tool_calls" | "content_filter" | "refusal" | "other";

export interface Choice {
  readonly index: number;
  readonly content: readonly Part[];
  /** Null: the vendor gave none. */
  readonly finish: FinishReason | null;
  readonly logprobs?: unknown;
}

export interface ChatResult {
  readonly id: string;
  readonly model: string;
  /** Epoch seconds; 0 where the vendor told none. */
  readonly createdSeconds: number;
  readonly choices: readonly Choice[];
  readonly usage: Usage | null;
  readonly serviceTier?: string;
}

/** One step of a streamed answer. `index` is the choice. A tool call's `call` counts the calls within its choice. */
export type ChatEvent =
  | { readonly kind: "start"; readonly id: string; readonly model: string; readonly createdSeconds: number }
  | { readonly kind: "text"; readonly index: number; readonly text: string }
  | { readonly kind: "reasoning"; readonly index: number; readonly text: string }
  | { readonly kind: "reasoning_signature"; readonly index: number; readonly signature: string }
  | { readonly kind: "refusal"; readonly index: number; readonly text: string }
  | { readonly kind: "citation"; readonly index: number; readonly citation: unknown }
  | {
      readonly kind: "tool_call";
      readonly index: number;
      readonly call: number;
      readonly id: string;
      readonly name: string;
      readonly signature?: string;
    }
  | { readonly kind: "tool_arguments"; readonly index: number; readonly call: number; readonly text: string }
  | { readonly kind: "logprobs"; readonly index: number; readonly logprobs: unknown }
  | { readonly kind: "finish"; readonly index: number; readonly finish: FinishReason }
  | { readonly kind: "usage"; readonly usage: Usage }
  | { readonly kind: "error"; readonly message: string }
  /** The dialect's own mark of the end. */
  | { readonly kind: "end" };
