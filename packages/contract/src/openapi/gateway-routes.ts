// The public routes of the gateway, for the document only: the gateway forwards fields it does not know,
// so their schemas say what GhostLLM acts on, not all that a vendor takes.

import type { JsonObject } from "./json.ts";
import { errorAnswer, forwarded, jsonContent, streamedContent, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";
import { storedRoutes } from "./stored-routes.ts";

const streamProperties: JsonObject = {
  stream: { type: "boolean" },
  stream_options: { type: "object", properties: { include_usage: { type: "boolean" } }, additionalProperties: true },
};

const lineProperties: JsonObject = {
  stream: { type: "boolean", default: true },
  options: { type: "object", properties: { num_predict: { type: "integer" } }, additionalProperties: true },
};

const lineContent: JsonObject = {
  ...jsonContent({ type: "object", additionalProperties: true }),
  "application/x-ndjson": { schema: text },
};

const modelProperty: JsonObject = { type: "string", description: "A model, `provider/model`, or an alias." };

const stringOrTokens: JsonObject = {
  anyOf: [
    text,
    { type: "array", items: text },
    { type: "array", items: { type: "integer" } },
    { type: "array", items: { type: "array", items: { type: "integer" } } },
  ],
};

const model: JsonObject = {
  type: "object",
  properties: {
    id: text,
    object: { const: "model" },
    created: { type: "integer" },
    owned_by: text,
  },
  additionalProperties: true,
};

function read(
  operationId: string,
  summary: string,
  tag: string,
  ok: JsonObject,
  open: boolean | "perhaps" = false,
): JsonObject {
  return {
    operationId,
    summary,
    tags: [tag],
    // Perhaps: on a server that only its own machine reaches.
    ...(open === true && { security: [] }),
    ...(open === "perhaps" && { security: [{}, { bearer: [] }] }),
    responses: { "200": ok, default: errorAnswer },
  };
}

const report: JsonObject = { description: "OK", content: jsonContent({ type: "object", additionalProperties: true }) };

const alt: JsonObject = {
  name: "alt",
  in: "query",
  schema: { const: "sse" },
  description: "With `sse` the stream is one of events, else one JSON array.",
};

const objects: JsonObject = { type: "array", items: { type: "object", additionalProperties: true } };

/** What Google's API is asked for: the method, and the fields that each takes. */
const geminiMethods: readonly (readonly [method: string, summary: string, required: readonly string[]])[] = [
  ["generateContent", "Chat, in Google's format", ["contents"]],
  ["streamGenerateContent", "Chat as a stream, in Google's format", ["contents"]],
  ["countTokens", "Count the tokens of a prompt, in Google's format", []],
  ["embedContent", "Embed one content, in Google's format", ["content"]],
  ["batchEmbedContents", "Embed contents, in Google's format", ["requests"]],
];

const geminiRoutes = geminiMethods.map(([method, summary, required]): DocumentedRoute => ({
  method: "post",
  path: `/v1beta/models/{model}:${method}`,
  operation: {
    ...forwarded({
      operationId: `gateway.${method}`,
      summary,
      description: "Compatible with Google's Gemini API. The same is served under `/v1`, `/v1alpha` and `/v1beta1`.",
      required,
      properties: Object.fromEntries(
        required.map((field) => [field, field === "content" ? { type: "object" } : objects]),
      ),
      content: method === "streamGenerateContent" ? streamedContent : jsonContent({ type: "object" }),
    }),
    parameters: [
      {
        name: "model",
        in: "path",
        required: true,
        schema: text,
        description: "A model, `provider/model`, or an alias.",
      },
      ...(method === "streamGenerateContent" ? [alt] : []),
    ],
  },
}));

export const gatewayRoutes: readonly DocumentedRoute[] = [
  {
    method: "post",
    path: "/v1/chat/completions",
    operation: forwarded({
      operationId: "gateway.chatCompletions",
      summary: "Chat",
      description:
        "Compatible with OpenAI's chat completions. With `stream: true` the answer is a stream of server-sent events.",
      required: ["model", "messages"],
      properties: {
        model: modelProperty,
        messages: { type: "array", items: { type: "object", additionalProperties: true } },
        ...streamProperties,
      },
      content: streamedContent,
    }),
  },
  {
    method: "post",
    path: "/v1/responses",
    operation: forwarded({
      operationId: "gateway.responses",
      summary: "Chat, in the format of OpenAI's Responses",
      description:
        "Compatible with OpenAI's Responses, for models of every vendor. What a vendor would have to keep (`previous_response_id`, `conversation`, `prompt`, `background`, `store: true`) reaches vendors of this format only, and is a 400 with others.",
      required: ["model"],
      properties: {
        model: modelProperty,
        input: { anyOf: [text, { type: "array", items: { type: "object", additionalProperties: true } }] },
        instructions: text,
        max_output_tokens: { type: "integer" },
        stream: { type: "boolean" },
      },
      content: streamedContent,
    }),
  },
  {
    method: "post",
    path: "/v1/completions",
    operation: forwarded({
      operationId: "gateway.completions",
      summary: "Complete a text",
      description: "Compatible with OpenAI's legacy completions.",
      required: ["model", "prompt"],
      properties: { model: modelProperty, prompt: stringOrTokens, ...streamProperties },
      content: streamedContent,
    }),
  },
  {
    method: "post",
    path: "/v1/embeddings",
    operation: forwarded({
      operationId: "gateway.embeddings",
      summary: "Embed texts",
      description: "Compatible with OpenAI's embeddings.",
      required: ["model", "input"],
      properties: { model: modelProperty, input: stringOrTokens },
      content: jsonContent({ type: "object", additionalProperties: true }),
    }),
  },
  {
    method: "post",
    path: "/v1/messages",
    operation: forwarded({
      operationId: "gateway.messages",
      summary: "Chat, in Anthropic's format",
      description: "Compatible with Anthropic's Messages, for models of every vendor.",
      required: ["model", "messages", "max_tokens"],
      properties: {
        model: modelProperty,
        messages: { type: "array", items: { type: "object", additionalProperties: true } },
        max_tokens: { type: "integer" },
        stream: { type: "boolean" },
      },
      content: streamedContent,
    }),
  },
  ...storedRoutes,
  ...geminiRoutes,
  {
    method: "post",
    path: "/api/chat",
    operation: forwarded({
      operationId: "gateway.ollamaChat",
      summary: "Chat, in Ollama's format",
      description:
        "Compatible with Ollama's chat, for models of every vendor. Without `stream: false` the answer is a stream of lines.",
      required: ["model", "messages"],
      properties: {
        model: modelProperty,
        messages: { type: "array", items: { type: "object", additionalProperties: true } },
        ...lineProperties,
      },
      content: lineContent,
    }),
  },
  {
    method: "post",
    path: "/api/generate",
    operation: forwarded({
      operationId: "gateway.ollamaGenerate",
      summary: "Complete a prompt, in Ollama's format",
      description:
        "Compatible with Ollama's generate, for models of every vendor. Without `stream: false` the answer is a stream of lines.",
      required: ["model"],
      properties: { model: modelProperty, prompt: text, system: text, ...lineProperties },
      content: lineContent,
    }),
  },
  {
    method: "post",
    path: "/api/embed",
    operation: forwarded({
      operationId: "gateway.ollamaEmbed",
      summary: "Embed texts, in Ollama's format",
      description: "Compatible with Ollama's embed.",
      required: ["model", "input"],
      properties: { model: modelProperty, input: { anyOf: [text, { type: "array", items: text }] } },
      content: jsonContent({ type: "object", additionalProperties: true }),
    }),
  },
  {
    method: "get",
    path: "/v1/models",
    operation: read("gateway.models", "List the models the key may use", "Gateway", {
      description: "OK",
      content: jsonContent({
        type: "object",
        properties: { object: { const: "list" }, data: { type: "array", items: model } },
      }),
    }),
  },
  {
    method: "get",
    path: "/v1/models/{id}",
    operation: {
      ...read("gateway.model", "Read one model", "Gateway", { description: "OK", content: jsonContent(model) }),
      parameters: [{ name: "id", in: "path", required: true, schema: text }],
    },
  },
  { method: "get", path: "/health", operation: read("health", "Report of all parts", "Operation", report, true) },
  {
    method: "get",
    path: "/health/live",
    operation: read("health.live", "Is the process alive?", "Operation", report, true),
  },
  {
    method: "get",
    path: "/health/ready",
    operation: read("health.ready", "Does it take requests? 503 while it starts or stops", "Operation", report, true),
  },
  { method: "get", path: "/status", operation: read("status", "What runs here", "Operation", report, "perhaps") },
  {
    method: "get",
    path: "/metrics",
    operation: read(
      "metrics",
      "Metrics for Prometheus",
      "Operation",
      { description: "OK", content: { "text/plain": { schema: text } } },
      "perhaps",
    ),
  },
];
