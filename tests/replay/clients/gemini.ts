import { GoogleGenAI } from "@google/genai";
import type { GenerateContentResponse } from "@google/genai";
import { countsOf, finishOf } from "../reading.ts";
import type { Outcome, Reading } from "../reading.ts";
import { prompt } from "./client.ts";
import type { Question, ReplayClient } from "./client.ts";
import { failureOf } from "./failure.ts";

/** A stream's chunks hold parts one after the other, and of reasons and counts the last one holds. */
function readingOf(chunks: readonly GenerateContentResponse[]): Reading {
  const firsts = chunks.flatMap(({ candidates = [] }) => candidates.filter(({ index }) => !index));
  const parts = firsts.flatMap(({ content }) => content?.parts ?? []);
  const written = (thought: boolean): string =>
    parts.map((part) => ((part.thought === true) === thought ? (part.text ?? "") : "")).join("");
  const blocked = chunks.some(({ promptFeedback }) => promptFeedback?.blockReason !== undefined);
  const reason = firsts.flatMap(({ finishReason }) => finishReason ?? []).at(-1);
  return {
    text: written(false),
    reasoning: written(true),
    calls: parts.flatMap(({ functionCall: call }) => (call ? [{ name: call.name ?? "", args: call.args ?? {} }] : [])),
    finish: finishOf("gemini", reason ?? (blocked ? "SAFETY" : undefined)),
    usage: countsOf("gemini", chunks.findLast(({ usageMetadata }) => usageMetadata)?.usageMetadata),
  };
}

export const geminiClient: ReplayClient = {
  format: "gemini",
  async ask({ url, key, model, stream }: Question): Promise<Outcome> {
    const client = new GoogleGenAI({ apiKey: key, httpOptions: { baseUrl: url } });
    try {
      const request = { model, contents: prompt };
      if (!stream) return { reading: readingOf([await client.models.generateContent(request)]) };
      const chunks: GenerateContentResponse[] = [];
      for await (const chunk of await client.models.generateContentStream(request)) chunks.push(chunk);
      return { reading: readingOf(chunks) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  },
};
