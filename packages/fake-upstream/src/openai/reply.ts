// What the fake vendor says, before it is put into a wire format.

import { sampleOf } from "./sample-json.ts";
import { asCount, asList, asObject, asText, countWords, lastUserText, promptWords } from "./request.ts";
import type { ChatScript, JsonObject, ScriptedToolCall } from "#script.ts";

export interface Reply {
  readonly id: string;
  readonly createdSeconds: number;
  readonly model: string;
  readonly choices: number;
  readonly text: string;
  /** The text as it is streamed. */
  readonly deltas: readonly string[];
  readonly reasoning: string | undefined;
  readonly toolCalls: readonly (ScriptedToolCall & { readonly id: string })[];
  readonly finishReason: string;
  /** Undefined: none is sent. */
  readonly usage: JsonObject | undefined;
}

export interface ReplyContext {
  /** Counts the server's answers, so that ids are predictable. */
  readonly serial: number;
  readonly createdSeconds: number;
}

export function composeChatReply(script: ChatScript, body: JsonObject, context: ReplyContext): Reply {
  const toolCalls = script.toolCalls ?? demandedToolCalls(body);
  const fallback = toolCalls.length > 0 ? "" : demandedText(body, `You said: ${lastUserText(body)}`);
  return composeReply({ script, body, context, toolCalls, fallback, promptWords: promptWords(body) });
}

interface ReplyParts {
  readonly script: ChatScript;
  readonly body: JsonObject;
  readonly context: ReplyContext;
  readonly toolCalls: readonly ScriptedToolCall[];
  /** The text where the script has none. */
  readonly fallback: string;
  readonly promptWords: number;
}

export function composeReply(parts: ReplyParts): Reply {
  const { script, body, context, toolCalls } = parts;
  const wished = script.text ?? inventText(script.chunks) ?? parts.fallback;
  const limited = script.obeyLimits === true || script.text === undefined;
  const { text, cut } = limited ? obeyLimits(wished, body) : { text: wished, cut: false };
  const ending = toolCalls.length > 0 ? "tool_calls" : cut ? "length" : "stop";
  const choices = asCount(body["n"]) ?? 1;
  return {
    id: `fake-${String(context.serial).padStart(6, "0")}`,
    createdSeconds: context.createdSeconds,
    model: asText(body["model"]) ?? "fake-model",
    choices,
    text,
    deltas: splitText(text, script.chunks),
    reasoning: script.reasoning,
    toolCalls: toolCalls.map((call, index) => ({ ...call, id: `call_fake_${context.serial}_${index}` })),
    finishReason: script.finishReason ?? ending,
    usage: usageOf(script, parts.promptWords, countCompletion(text, script, toolCalls) * choices),
  };
}

function countCompletion(text: string, script: ChatScript, toolCalls: readonly ScriptedToolCall[]): number {
  const callWords = toolCalls.reduce((sum, call) => sum + 1 + countWords(JSON.stringify(call.arguments)), 0);
  return countWords(text) + countWords(script.reasoning ?? "") + callWords;
}

function usageOf(script: ChatScript, promptTokens: number, completionTokens: number): JsonObject | undefined {
  if (script.usage === "none") return undefined;
  if (script.usage !== undefined) return script.usage;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: countWords(script.reasoning ?? "") },
  };
}

function inventText(chunks: number | undefined): string | undefined {
  if (chunks === undefined) return undefined;
  return Array.from({ length: chunks }, (_, index) => `word${index + 1}`).join(" ");
}

/** In `chunks` parts of about equal length where that is asked, else word by word. */
function splitText(text: string, chunks?: number): string[] {
  if (chunks === undefined) return text.match(/\s*\S+\s*$|\s*\S+/g) ?? (text === "" ? [] : [text]);
  const characters = Array.from(text);
  const size = characters.length / chunks;
  const parts = Array.from({ length: chunks }, (_, index) =>
    characters.slice(Math.round(index * size), Math.round((index + 1) * size)).join(""),
  );
  return parts.filter((part) => part !== "");
}

function obeyLimits(wished: string, body: JsonObject): { text: string; cut: boolean } {
  const stopped = cutAtStop(wished, body["stop"]);
  const limit = asCount(body["max_completion_tokens"]) ?? asCount(body["max_tokens"]);
  const words = splitText(stopped);
  if (limit === undefined || words.length <= limit) return { text: stopped, cut: false };
  return { text: words.slice(0, limit).join(""), cut: true };
}

function cutAtStop(text: string, stop: unknown): string {
  const sequences = typeof stop === "string" ? [stop] : asList(stop).map((item) => asText(item) ?? "");
  const ends = sequences.map((sequence) => (sequence === "" ? -1 : text.indexOf(sequence)));
  const found = ends.filter((end) => end >= 0);
  return found.length === 0 ? text : text.slice(0, Math.min(...found));
}

/** Valid JSON where the client demanded JSON: an instance of its schema where there is one. */
export function demandedText(body: JsonObject, echo: string): string {
  const format = asObject(body["response_format"]);
  if (format["type"] === "json_object") return JSON.stringify({ answer: echo });
  if (format["type"] !== "json_schema") return echo;
  return JSON.stringify(sampleOf(asObject(format["json_schema"])["schema"]));
}

/** A call is made up only where `tool_choice` leaves no way round it. */
function demandedToolCalls(body: JsonObject): readonly ScriptedToolCall[] {
  const choice = body["tool_choice"];
  const named = asText(asObject(asObject(choice)["function"])["name"]);
  if (choice !== "required" && named === undefined) return [];
  const functions = asList(body["tools"]).map((tool) => asObject(asObject(tool)["function"]));
  const chosen = functions.find((candidate) => named === undefined || candidate["name"] === named);
  if (chosen === undefined) return [];
  return [{ name: asText(chosen["name"]) ?? "", arguments: asObject(sampleOf(chosen["parameters"])) }];
}
