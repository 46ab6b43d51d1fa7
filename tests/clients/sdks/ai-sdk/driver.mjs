import { createAnthropic } from "@ai-sdk/anthropic";
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { embedMany, generateText, jsonSchema, stepCountIs, streamText, tool } from "ai";
import { describe, serve } from "./serve.mjs";

const inputSchema = jsonSchema({ type: "object", properties: { city: { type: "string" } }, required: ["city"] });

const settings = ({ url, key }) => ({ baseURL: `${url}/v1`, apiKey: key });
const models = {
  compatible: (job) => createOpenAICompatible({ name: "ghostllm", ...settings(job) })(job.model),
  responses: (job) => createOpenAI(settings(job))(job.model),
  anthropic: (job) => createAnthropic(settings(job))(job.model),
};

/** What it gave up with stands in the error that it wraps. */
function unwrapped(error) {
  return error?.lastError ?? error;
}

async function plain(job, result) {
  const answer = await generateText({ model: models[job.api](job), prompt: job.prompt });
  result.text = answer.text;
  result.finish = answer.finishReason;
}

async function stream(job, result) {
  const { fullStream } = streamText({ model: models[job.api](job), prompt: job.prompt, onError: () => undefined });
  for await (const part of fullStream) {
    if (part.type === "text-delta") result.text += part.text;
    if (part.type === "finish") result.finish = part.finishReason;
    if (part.type === "error") result.error ??= describe(unwrapped(part.error));
  }
}

async function textStream(job, result) {
  const { textStream: pieces } = streamText({
    model: models[job.api](job),
    prompt: job.prompt,
    onError: () => undefined,
  });
  for await (const piece of pieces) result.text += piece;
}

async function tools(job, result) {
  const execute = () => job.tool.result;
  const offered = { [job.tool.name]: tool({ description: "The weather", inputSchema, execute }) };
  const request = { model: models[job.api](job), prompt: job.prompt, tools: offered, stopWhen: stepCountIs(3) };
  const answer = await generateText(request);
  const calls = answer.steps.flatMap(({ toolCalls }) => toolCalls);
  result.calls = calls.map(({ toolName, input }) => ({ name: toolName, arguments: input }));
  result.text = answer.text;
}

async function embeddings(job, result) {
  const model = createOpenAICompatible({ name: "ghostllm", ...settings(job) }).embeddingModel(job.model);
  const { embeddings: vectors } = await embedMany({ model, values: ["left", "right"] });
  result.vectors = vectors.map(({ length }) => length);
}

const unwrapping = (operation) => (job, result) =>
  operation(job, result).catch((error) => {
    throw unwrapped(error);
  });

const operations = { plain: unwrapping(plain), stream: unwrapping(stream), tools, embeddings };
const all = Object.fromEntries(Object.keys(models).map((api) => [api, operations]));

await serve({
  ...all,
  textStream: { stream: unwrapping((job, result) => textStream({ ...job, api: "compatible" }, result)) },
});
