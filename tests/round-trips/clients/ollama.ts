import { Ollama } from "ollama";
import type { Message } from "ollama";
import { picture, question, resultOf, system, tools } from "../plan.ts";
import { mostTurns } from "./client.ts";
import type { Conversation, LoopClient, ToldTurn } from "./client.ts";

async function ask(client: Ollama, { model, stream }: Conversation, messages: Message[]): Promise<Message> {
  const request = {
    model,
    messages: [...messages],
    think: true,
    tools: tools.map((tool) => ({ type: "function", function: structuredClone(tool) as never })),
  };
  if (!stream) return (await client.chat({ ...request, stream: false })).message;
  const told: Message = { role: "assistant", content: "" };
  for await (const { message } of await client.chat({ ...request, stream: true })) {
    told.content += message.content;
    if (message.thinking !== undefined) told.thinking = (told.thinking ?? "") + message.thinking;
    if (message.tool_calls) told.tool_calls = [...(told.tool_calls ?? []), ...message.tool_calls];
  }
  return told;
}

async function run(conversation: Conversation): Promise<readonly ToldTurn[]> {
  const { url, key, keeps } = conversation;
  const client = new Ollama({ host: url, headers: { authorization: `Bearer ${key}` } });
  const messages: Message[] = [
    { role: "system", content: system },
    { role: "user", content: question, images: [picture] },
  ];
  const turns: ToldTurn[] = [];
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const { thinking, ...message } = await ask(client, conversation, messages);
    const calls = (message.tool_calls ?? []).map((call) => ({
      name: call.function.name,
      args: call.function.arguments,
    }));
    turns.push({ text: message.content, thought: thinking ?? "", calls });
    if (calls.length === 0) return turns;
    messages.push(keeps && thinking !== undefined ? { ...message, thinking } : message);
    for (const { name, args } of calls)
      messages.push({ role: "tool", tool_name: name, content: resultOf(turn, name, args) });
  }
  throw new Error("the conversation has no end");
}

export const ollamaLoop: LoopClient = { format: "ollama", run };
