// The legacy `/completions`: prompts as text, list of texts, tokens, or list of token lists.

import { composeReply, type Reply, type ReplyContext } from "./reply.ts";
import { asCount, countWords } from "./request.ts";
import type { StreamWish } from "./chat.ts";
import type { ChatScript, JsonObject } from "#script.ts";

export function composeCompletionReply(script: ChatScript, body: JsonObject, context: ReplyContext): Reply {
  const prompts = readPrompts(body["prompt"]);
  const promptTokens = prompts.reduce((sum, prompt) => sum + prompt.tokens, 0);
  const perPrompt = asCount(body["n"]) ?? 1;
  return composeReply({
    script,
    body: { ...body, n: prompts.length * perPrompt, response_format: undefined },
    context,
    toolCalls: [],
    fallback: `You said: ${prompts[0]?.text ?? ""}`,
    promptWords: promptTokens,
  });
}

interface Prompt {
  readonly text: string;
  readonly tokens: number;
}

function readPrompts(prompt: unknown): Prompt[] {
  if (!Array.isArray(prompt)) return [readPrompt(prompt)];
  if (prompt.length > 0 && prompt.every((item) => typeof item === "number")) return [readPrompt(prompt)];
  return prompt.map(readPrompt);
}

function readPrompt(prompt: unknown): Prompt {
  if (Array.isArray(prompt)) return { text: `${prompt.length} tokens`, tokens: prompt.length };
  const text = typeof prompt === "string" ? prompt : "";
  return { text, tokens: countWords(text) };
}

export function renderCompletionAnswer(reply: Reply): JsonObject {
  const choices = Array.from({ length: reply.choices }, (_, index) => choice(index, reply.text, reply.finishReason));
  return { ...frame(reply), choices, ...(reply.usage === undefined ? {} : { usage: reply.usage }) };
}

export function* completionChunks(reply: Reply, wish: StreamWish): Generator<JsonObject> {
  const pending = wish.asked ? { usage: null } : {};
  const steps = [...reply.deltas.map((text) => ({ text, end: null })), { text: "", end: reply.finishReason }];
  for (const step of steps) {
    for (let index = 0; index < reply.choices; index += 1) {
      yield { ...frame(reply), choices: [choice(index, step.text, step.end)], ...pending };
    }
  }
  if (wish.sendUsage && reply.usage !== undefined) yield { ...frame(reply), choices: [], usage: reply.usage };
}

function choice(index: number, text: string, finishReason: string | null): JsonObject {
  return { text, index, logprobs: null, finish_reason: finishReason };
}

function frame(reply: Reply): JsonObject {
  return { id: `cmpl-${reply.id}`, object: "text_completion", created: reply.createdSeconds, model: reply.model };
}
