import Anthropic from "@anthropic-ai/sdk";
import { picture, question, resultOf, system, tools } from "../plan.ts";
import { mostTurns } from "./client.ts";
import type { Conversation, LoopClient, ToldTurn } from "./client.ts";

async function run({ url, key, model, stream, keeps }: Conversation): Promise<readonly ToldTurn[]> {
  const client = new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 });
  const source = { type: "base64" as const, media_type: "image/png" as const, data: picture };
  const messages: Anthropic.MessageParam[] = [
    {
      role: "user",
      content: [
        { type: "text", text: question },
        { type: "image", source },
      ],
    },
  ];
  const turns: ToldTurn[] = [];
  for (let turn = 0; turn < mostTurns; turn += 1) {
    const request: Anthropic.MessageCreateParamsNonStreaming = {
      model,
      max_tokens: 8_000,
      system,
      messages: [...messages],
      thinking: { type: "enabled", budget_tokens: 2_000 },
      tools: tools.map(({ parameters, ...tool }) => ({
        ...tool,
        input_schema: structuredClone(parameters) as unknown as Anthropic.Tool.InputSchema,
      })),
    };
    const { content } = stream
      ? await client.messages.stream(request).finalMessage()
      : await client.messages.create(request);
    const called = content.flatMap((block) => (block.type === "tool_use" ? [block] : []));
    turns.push({
      text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
      thought: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
      calls: called.map(({ name, input }) => ({ name, args: input })),
    });
    if (called.length === 0) return turns;
    messages.push({
      role: "assistant",
      content: keeps ? content : content.filter(({ type }) => !/thinking/.test(type)),
    });
    messages.push({
      role: "user",
      content: called.map(({ id, name, input }) => ({
        type: "tool_result" as const,
        tool_use_id: id,
        content: resultOf(turn, name, input),
      })),
    });
  }
  throw new Error("the conversation has no end");
}

export const anthropicMessagesLoop: LoopClient = { format: "anthropic-messages", run };
