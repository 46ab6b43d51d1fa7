import { Ollama } from "ollama";
import type { ChatResponse } from "ollama";
import { countsOf, finishOf } from "../reading.ts";
import type { Outcome, Reading } from "../reading.ts";
import { prompt } from "./client.ts";
import type { Question, ReplayClient } from "./client.ts";
import { failureOf } from "./failure.ts";

function readingOf(chunks: readonly ChatResponse[]): Reading {
  const last = chunks.findLast(({ done }) => done);
  return {
    text: chunks.map(({ message }) => message.content).join(""),
    reasoning: chunks.map(({ message }) => message.thinking ?? "").join(""),
    calls: chunks
      .flatMap(({ message }) => message.tool_calls ?? [])
      .map((call) => ({ name: call.function.name, args: call.function.arguments })),
    finish: finishOf("ollama", last?.done_reason),
    usage: countsOf("ollama", last),
  };
}

export const ollamaClient: ReplayClient = {
  format: "ollama",
  async ask({ url, key, model, stream }: Question): Promise<Outcome> {
    const client = new Ollama({ host: url, headers: { authorization: `Bearer ${key}` } });
    try {
      const request = { model, messages: [{ role: "user", content: prompt }] };
      if (!stream) return { reading: readingOf([await client.chat({ ...request, stream: false })]) };
      const chunks: ChatResponse[] = [];
      for await (const chunk of await client.chat({ ...request, stream: true })) chunks.push(chunk);
      return { reading: readingOf(chunks) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  },
};
