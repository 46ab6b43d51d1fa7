// What a model answers, as far as it has come: a plain record, and what each piece of an answer makes of it. Pure.

import { fieldOf, listOf, textOf } from "#connect/fields.ts";

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them, which may be no JSON. */
  readonly arguments: string;
}

interface Failure {
  readonly message: string;
  readonly code: string;
}

export interface Reply {
  readonly id: string;
  /** As it was asked for. */
  readonly model: string;
  readonly state: "running" | "done" | "stopped" | "failed";
  readonly text: string;
  readonly reasoning: string;
  /** Of models that draw: as data in the URL. */
  readonly pictures: readonly string[];
  readonly toolCalls: readonly ToolCall[];
  /** Of each call, whose ids may be the same; null as long as they were not sent. */
  readonly results: readonly string[] | null;
  readonly failure: Failure | null;
  readonly requestId: string | null;
  /** The saved chat that it is kept in; null for none. */
  readonly sessionId: string | null;
  /** `provider/model` that answered. */
  readonly target: string | null;
  /** What the target could not be told. */
  readonly leftOut: string | null;
  /** Null in a stream, whose cost is only known behind it. */
  readonly costUsd: string | null;
  readonly usage: { readonly input: number; readonly output: number } | null;
  /** As the page measures them, from when it asked. */
  readonly firstMs: number | null;
  readonly tookMs: number | null;
}

export function newReply(id: string, model: string): Reply {
  return {
    ...{ id, model, state: "running", text: "", reasoning: "", pictures: [], toolCalls: [], results: null },
    ...{ failure: null, requestId: null, sessionId: null, target: null, leftOut: null, costUsd: null, usage: null },
    ...{ firstMs: null, tookMs: null },
  };
}

export function withHeaders(reply: Reply, headers: Headers): Reply {
  const [provider, model] = [headers.get("x-ghostllm-provider"), headers.get("x-ghostllm-model")];
  return {
    ...reply,
    requestId: headers.get("x-request-id"),
    sessionId: headers.get("x-ghostllm-session-id"),
    target: provider === null ? null : `${provider}/${model ?? ""}`,
    leftOut: headers.get("x-ghostllm-notes"),
    costUsd: headers.get("x-ghostllm-cost-usd"),
  };
}

/** `value` is a chunk of a stream, or an answer that came whole. */
export function withChunk(reply: Reply, value: unknown, elapsedMs: number): Reply {
  const error = fieldOf(value, "error");
  if (error !== undefined && error !== null) return failed(reply, textOf(error, "message"), textOf(error, "code"));
  const [choice] = listOf(value, "choices");
  const told = fieldOf(choice, "delta") ?? fieldOf(choice, "message");
  const next = {
    ...reply,
    text: reply.text + textOf(told, "content") + textOf(told, "refusal"),
    reasoning: reply.reasoning + (textOf(told, "reasoning_content") || textOf(told, "reasoning")),
    pictures: [...reply.pictures, ...listOf(told, "images").flatMap(pictureOf)],
    toolCalls: listOf(told, "tool_calls").reduce<readonly ToolCall[]>(addToolCall, reply.toolCalls),
    usage: usageOf(fieldOf(value, "usage")) ?? reply.usage,
  };
  const hasBegun = next.text + next.reasoning !== "" || next.toolCalls.length > 0;
  return { ...next, firstMs: reply.firstMs ?? (hasBegun ? elapsedMs : null) };
}

function pictureOf(image: unknown): readonly string[] {
  const url = textOf(fieldOf(image, "image_url"), "url");
  return /^data:image\/[\w.+-]+;base64,/.test(url) ? [url] : [];
}

/** The name comes first, the arguments in parts; `index` says of which call. */
function addToolCall(calls: readonly ToolCall[], part: unknown, position: number): readonly ToolCall[] {
  const index = fieldOf(part, "index");
  const at = typeof index === "number" ? index : position;
  const present = calls[at] ?? { id: "", name: "", arguments: "" };
  const told = fieldOf(part, "function");
  const call = {
    id: present.id || textOf(part, "id"),
    name: present.name + textOf(told, "name"),
    arguments: present.arguments + textOf(told, "arguments"),
  };
  return at < calls.length ? calls.with(at, call) : [...calls, call];
}

function usageOf(usage: unknown): Reply["usage"] {
  const [input, output] = [fieldOf(usage, "prompt_tokens"), fieldOf(usage, "completion_tokens")];
  return typeof input === "number" && typeof output === "number" ? { input, output } : null;
}

export function failed(reply: Reply, message: string, code: string): Reply {
  return { ...reply, state: "failed", failure: { message, code } };
}

/** No more comes. */
export function ended(reply: Reply, state: "done" | "stopped", elapsedMs: number): Reply {
  return { ...reply, state: reply.state === "running" ? state : reply.state, tookMs: elapsedMs };
}

/** What came of it is in its saved chat; of what said nothing there is nothing to keep. */
export function isKept({ state, text, toolCalls }: Reply): boolean {
  return state === "done" ? text !== "" || toolCalls.length > 0 : state === "stopped" && text !== "";
}

/** The model has stopped to be told what its tools say. */
export function waitsForResults({ state, toolCalls, results }: Reply): boolean {
  return state === "done" && toolCalls.length > 0 && results === null;
}
