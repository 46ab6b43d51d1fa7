import OpenAI from "openai";
import { countsOf, fieldsOf, finishOf, parseArguments } from "../reading.ts";
import type { Outcome, Reading } from "../reading.ts";
import { prompt } from "./client.ts";
import type { Question, ReplayClient } from "./client.ts";
import { failureOf } from "./failure.ts";

interface Told {
  text: string;
  refusal: string;
  reasoning: string;
  readonly calls: { name: string; args: string }[];
  finish: unknown;
  usage: unknown;
}

function readingOf({ text, refusal, reasoning, calls, finish, usage }: Told): Reading {
  return {
    text: text + refusal,
    reasoning,
    calls: Object.values(calls).map(({ name, args }) => ({ name, args: parseArguments(args) })),
    finish: finishOf("openai-chat", finish),
    usage: countsOf("openai-chat", usage),
  };
}

/** A text, or with Mistral the texts of a list of parts. */
function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.map((part) => textOf(fieldsOf(part)["text"])).join("");
  return typeof value === "string" ? value : "";
}

/** Vendors have two names for it, and Mistral puts it into the content. */
function reasoningOf({ reasoning_content: told, reasoning, content }: Readonly<Record<string, unknown>>): string {
  const parts = Array.isArray(content) ? (content as unknown[]) : [];
  return textOf(told) || textOf(reasoning) || parts.map((part) => textOf(fieldsOf(part)["thinking"])).join("");
}

async function askWhole(client: OpenAI, model: string): Promise<Reading> {
  const answer = await client.chat.completions.create({ model, messages: [{ role: "user", content: prompt }] });
  const choice = answer.choices[0];
  const message = choice?.message;
  const called = (message?.tool_calls ?? []).flatMap((call) => ("function" in call ? [call.function] : []));
  return readingOf({
    text: textOf(message?.content),
    refusal: message?.refusal ?? "",
    reasoning: reasoningOf(fieldsOf(message)),
    calls: [...called, ...(message?.function_call?.name ? [message.function_call] : [])].map((call) => ({
      name: call.name,
      args: call.arguments,
    })),
    finish: choice?.finish_reason,
    usage: answer.usage,
  });
}

async function askStream(client: OpenAI, model: string): Promise<Reading> {
  const stream = await client.chat.completions.create({
    model,
    messages: [{ role: "user", content: prompt }],
    stream: true,
    stream_options: { include_usage: true },
  });
  const told: Told = { text: "", refusal: "", reasoning: "", calls: [], finish: null, usage: null };
  for await (const chunk of stream) {
    if (chunk.usage) told.usage = chunk.usage;
    const choice = (chunk.choices ?? []).find(({ index }) => !index);
    if (choice !== undefined) addDelta(choice, told);
  }
  return readingOf(told);
}

function addDelta(choice: OpenAI.ChatCompletionChunk.Choice, told: Told): void {
  const { delta } = choice;
  told.finish = choice.finish_reason ?? told.finish;
  told.text += textOf(delta.content);
  told.refusal += textOf(delta.refusal);
  told.reasoning += reasoningOf(fieldsOf(delta));
  for (const piece of delta.tool_calls ?? []) {
    const call = callOf(piece, told);
    call.name += piece.function?.name ?? "";
    call.args += piece.function?.arguments ?? "";
  }
}

/** Some vendors leave the number of a call out, and tell each of them whole. */
function callOf({ index }: { readonly index?: number }, { calls }: Told): Told["calls"][number] {
  return (calls[index ?? calls.length] ??= { name: "", args: "" });
}

export const openaiChatClient: ReplayClient = {
  format: "openai-chat",
  async ask({ url, key, model, stream }: Question): Promise<Outcome> {
    const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
    try {
      return { reading: stream ? await askStream(client, model) : await askWhole(client, model) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  },
};
