import OpenAI from "openai";
import { countsOf, finishOf, parseArguments } from "../reading.ts";
import type { Outcome, Reading } from "../reading.ts";
import { prompt } from "./client.ts";
import type { Question, ReplayClient } from "./client.ts";
import { failureOf } from "./failure.ts";

function readingOf({ output, status, incomplete_details: details, usage, error }: OpenAI.Responses.Response): Reading {
  if (status === "failed") throw new Error(error?.message ?? "the response failed");
  const messages = output.flatMap((item) => (item.type === "message" ? item.content : []));
  const thoughts = output.flatMap((item) => (item.type === "reasoning" ? [item] : []));
  return {
    text: messages.map((part) => (part.type === "refusal" ? part.refusal : part.text)).join(""),
    reasoning: thoughts
      .flatMap(({ summary, content = [] }) => [...summary, ...content])
      .map(({ text }) => text)
      .join(""),
    calls: output.flatMap((item) => {
      if (item.type === "function_call") return [{ name: item.name, args: parseArguments(item.arguments) }];
      // A tool that takes a text is one with a single field in the formats that know no such tools.
      return item.type === "custom_tool_call" ? [{ name: item.name, args: { input: item.input } }] : [];
    }),
    finish: finishOf("openai-responses", details?.reason ?? status),
    usage: countsOf("openai-responses", usage),
  };
}

export const openaiResponsesClient: ReplayClient = {
  format: "openai-responses",
  async ask({ url, key, model, stream }: Question): Promise<Outcome> {
    const client = new OpenAI({ apiKey: key, baseURL: `${url}/v1`, maxRetries: 0 });
    try {
      const request = { model, input: prompt };
      const response = stream
        ? await client.responses.stream(request).finalResponse()
        : await client.responses.create(request);
      return { reading: readingOf(response) };
    } catch (error) {
      return { failure: failureOf(error) };
    }
  },
};
