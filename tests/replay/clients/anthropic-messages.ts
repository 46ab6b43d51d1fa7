import Anthropic from "@anthropic-ai/sdk";
import { countsOf, finishOf } from "../reading.ts";
import type { Outcome, Reading } from "../reading.ts";
import { prompt } from "./client.ts";
import type { Question, ReplayClient } from "./client.ts";
import { failureOf } from "./failure.ts";

function readingOf({ content, stop_reason: reason, usage }: Anthropic.Message): Reading {
  return {
    text: content.map((block) => (block.type === "text" ? block.text : "")).join(""),
    reasoning: content.map((block) => (block.type === "thinking" ? block.thinking : "")).join(""),
    calls: content.flatMap((block) => (block.type === "tool_use" ? [{ name: block.name, args: block.input }] : [])),
    finish: finishOf("anthropic-messages", reason),
    usage: countsOf("anthropic-messages", usage),
  };
}

export const anthropicMessagesClient: ReplayClient = {
  format: "anthropic-messages",
  async ask({ url, key, model, stream }: Question): Promise<Outcome> {
    const client = new Anthropic({ apiKey: key, baseURL: url, maxRetries: 0 });
    try {
      const request = { model, max_tokens: 1_000, messages: [{ role: "user" as const, content: prompt }] };
      const message = stream
        ? await client.messages.stream(request).finalMessage()
        : await client.messages.create(request);
      return { reading: readingOf(message) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  },
};
