// What somebody read of an answer, in terms that all formats share: the oracle's view of a recording and a client's view of
// what came through the gateway are both brought into this form, by code that shares nothing with the gateway.

export type FinishClass = "stop" | "length" | "tool_calls" | "content_filter" | "refusal" | "other";

export interface TokenCounts {
  readonly prompt: number;
  readonly completion: number;
  readonly cached: number;
  readonly reasoning: number;
  /** Of the prompt, what its vendor's cache was given to keep; only where that can exceed the prompt. */
  readonly written?: number;
}

export interface Reading {
  /** What was written for people, refusals included. */
  readonly text: string;
  /** Null: the reader cannot tell. */
  readonly reasoning: string | null;
  readonly calls: readonly { readonly name: string; readonly args: unknown }[];
  /** Null: the vendor gave no reason. */
  readonly finish: FinishClass | null;
  readonly usage: TokenCounts | null;
}

export interface Failure {
  /** Undefined for an error within a stream. */
  readonly status: number | undefined;
  readonly message: string;
}

export type Outcome = { readonly reading: Reading } | { readonly failure: Failure };

export const formats = ["openai-chat", "openai-responses", "anthropic-messages", "gemini", "ollama"] as const;
export type Format = (typeof formats)[number];

type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

function count(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

type CountsReader = (usage: Fields) => TokenCounts;

/** Each vendor's documented meaning of its counts. */
const countsReaders: Readonly<Record<Format, CountsReader>> = {
  "openai-chat"(usage) {
    const completion = count(usage["completion_tokens"]);
    const prompt = count(usage["prompt_tokens"]);
    const reasoning =
      count(fieldsOf(usage["completion_tokens_details"])["reasoning_tokens"]) || count(usage["reasoning_tokens"]);
    // xAI counts its reasoning beside the completion, which its total shows.
    const isBeside = reasoning > 0 && count(usage["total_tokens"]) === prompt + completion + reasoning;
    const cached =
      count(fieldsOf(usage["prompt_tokens_details"])["cached_tokens"]) ||
      count(usage["prompt_cache_hit_tokens"]) ||
      count(usage["cached_tokens"]);
    const written = count(fieldsOf(usage["prompt_tokens_details"])["cache_write_tokens"]);
    return { prompt, completion: isBeside ? completion + reasoning : completion, cached, reasoning, written };
  },
  "openai-responses": (usage) => ({
    prompt: count(usage["input_tokens"]),
    completion: count(usage["output_tokens"]),
    cached: count(fieldsOf(usage["input_tokens_details"])["cached_tokens"]),
    reasoning: count(fieldsOf(usage["output_tokens_details"])["reasoning_tokens"]),
  }),
  "anthropic-messages"(usage) {
    const cached = count(usage["cache_read_input_tokens"]);
    return {
      prompt: count(usage["input_tokens"]) + cached + count(usage["cache_creation_input_tokens"]),
      completion: count(usage["output_tokens"]),
      cached,
      reasoning: count(fieldsOf(usage["output_tokens_details"])["thinking_tokens"]),
    };
  },
  gemini(usage) {
    const prompt = count(usage["promptTokenCount"]) + count(usage["toolUsePromptTokenCount"]);
    const reasoning = count(usage["thoughtsTokenCount"]);
    const told = usage["candidatesTokenCount"];
    const total = usage["totalTokenCount"];
    const completion = typeof told === "number" ? told + reasoning : Math.max(reasoning, count(total) - prompt);
    return { prompt, completion, cached: count(usage["cachedContentTokenCount"]), reasoning };
  },
  ollama: (usage) => ({
    prompt: count(usage["prompt_eval_count"]),
    completion: count(usage["eval_count"]),
    cached: 0,
    reasoning: 0,
  }),
};

export function countsOf(format: Format, usage: unknown): TokenCounts | null {
  const fields = fieldsOf(usage);
  return Object.keys(fields).length === 0 ? null : countsReaders[format](fields);
}

const finishClasses: Readonly<Record<Format, Readonly<Record<string, FinishClass>>>> = {
  "openai-chat": {
    stop: "stop",
    length: "length",
    tool_calls: "tool_calls",
    function_call: "tool_calls",
    content_filter: "content_filter",
  },
  "openai-responses": {
    completed: "stop",
    complete: "stop",
    max_output_tokens: "length",
    content_filter: "content_filter",
  },
  "anthropic-messages": {
    end_turn: "stop",
    stop_sequence: "stop",
    max_tokens: "length",
    tool_use: "tool_calls",
    refusal: "refusal",
    model_context_window_exceeded: "length",
  },
  gemini: {
    STOP: "stop",
    // The number of the same reason, from servers that write enumerations so.
    "1": "stop",
    MAX_TOKENS: "length",
    "2": "length",
    SAFETY: "content_filter",
    RECITATION: "content_filter",
    BLOCKLIST: "content_filter",
    PROHIBITED_CONTENT: "content_filter",
    SPII: "content_filter",
    IMAGE_SAFETY: "content_filter",
    MODEL_ARMOR: "content_filter",
  },
  ollama: { stop: "stop", length: "length" },
};

export function finishOf(format: Format, reason: unknown): FinishClass | null {
  if (reason === null || reason === undefined || reason === "") return null;
  const word = String(reason);
  const classes = finishClasses[format];
  return Object.hasOwn(classes, word) ? (classes[word] ?? "other") : "other";
}

export function parseArguments(text: unknown): unknown {
  if (typeof text !== "string") return text ?? {};
  if (text.trim() === "") return {};
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
