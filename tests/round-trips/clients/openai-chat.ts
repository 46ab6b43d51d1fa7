import OpenAI from "openai";
import { picture, question, resultOf, system, tools } from "../plan.ts";
import { mostTurns } from "./client.ts";
import type { Conversation, LoopClient, ToldTurn } from "./client.ts";

type Message = OpenAI.ChatCompletionMessageParam;
type Told = OpenAI.ChatCompletionMessage & { readonly reasoning_content?: string };

async function ask(client: OpenAI, { model, stream }: Conversation, messages: Message[]): Promise<Told> {
  const request = {
    model,
    messages,
    reasoning_effort: "medium" as const,
    tools: tools.map((tool) => ({ type: "function" as const, function: tool })),
  };
  if (!stream) {
    const answer = await client.chat.completions.create(request);
    const message = answer.choices[0]?.message;
    if (message === undefined) throw new Error("an answer without a choice");
    return message;
  }
  return collect(await client.chat.completions.create({ ...request, stream: true }));
}

/** As clients that know nothing of a vendor's own fields do, and those that join them do. */
async function collect(chunks: AsyncIterable<OpenAI.ChatCompletionChunk>): Promise<Told> {
  const told: Record<string, unknown> = { role: "assistant", content: null, refusal: null };
  const calls: Record<string, unknown>[] = [];
  const details: unknown[] = [];
  for await (const chunk of chunks) {
    const delta = (chunk.choices[0]?.delta ?? {}) as Record<string, unknown>;
    for (const field of ["content", "reasoning_content"]) {
      if (typeof delta[field] === "string") told[field] = `${(told[field] as string | null) ?? ""}${delta[field]}`;
    }
    if (Array.isArray(delta["reasoning_details"])) details.push(...(delta["reasoning_details"] as unknown[]));
    for (const { index, function: piece, ...rest } of chunk.choices[0]?.delta.tool_calls ?? []) {
      const call = (calls[index] ??= { function: { name: "", arguments: "" } });
      const before = call["function"] as { name: string; arguments: string };
      Object.assign(call, rest);
      call["function"] = {
        name: before.name + (piece?.name ?? ""),
        arguments: before.arguments + (piece?.arguments ?? ""),
      };
    }
  }
  const found = {
    ...told,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(details.length > 0 && { reasoning_details: details }),
  };
  return found as unknown as Told;
}

function plain({ content, tool_calls: calls = [] }: Told): Message {
  const known = calls.flatMap((call) => {
    return call.type === "function" ? [{ id: call.id, type: call.type, function: call.function }] : [];
  });
  return { role: "assistant", content, ...(known.length > 0 && { tool_calls: known }) };
}

async function run(conversation: Conversation): Promise<readonly ToldTurn[]> {
  const { url, key, keeps } = conversation;
  const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
  const image = { type: "image_url" as const, image_url: { url: `data:image/png;base64,${picture}` } };
  const messages: Message[] = [
    { role: "system", content: system },
    { role: "user", content: [{ type: "text", text: question }, image] },
  ];
  const turns: ToldTurn[] = [];
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const message = await ask(client, conversation, messages);
    const called = (message.tool_calls ?? []).flatMap((call) => (call.type === "function" ? [call] : []));
    const calls = called.map(({ id, function: { name, arguments: text } }) => ({
      id,
      name,
      args: JSON.parse(text) as unknown,
    }));
    turns.push({
      text: message.content ?? "",
      thought: message.reasoning_content ?? "",
      calls: calls.map(({ name, args }) => ({ name, args })),
    });
    if (calls.length === 0) return turns;
    messages.push(keeps ? message : plain(message));
    for (const { id, name, args } of calls) {
      messages.push({ role: "tool", tool_call_id: id, content: resultOf(turn, name, args) });
    }
  }
  throw new Error("the conversation has no end");
}

export const openaiChatLoop: LoopClient = { format: "openai-chat", run };
