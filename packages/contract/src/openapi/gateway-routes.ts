// The public routes of the gateway, for the document only: the gateway forwards fields it does not know,
// so their schemas say what GhostLLM acts on, not all that a vendor takes.

import { estimateRoute } from "./estimate-route.ts";
import type { JsonObject } from "./json.ts";
import { forwarded, jsonContent, modelProperty, read, streamedContent, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";
import { geminiRoutes } from "./gemini-routes.ts";
import { mediaRoutes } from "./media-routes.ts";
import { ollamaRoutes } from "./ollama-routes.ts";
import { sessionRoutes } from "./session-routes.ts";
import { storedRoutes } from "./stored-routes.ts";

const streamProperties: JsonObject = {
  stream: { type: "boolean" },
  stream_options: { type: "object", properties: { include_usage: { type: "boolean" } }, additionalProperties: true },
};

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

const report: JsonObject = { description: "OK", content: jsonContent({ type: "object", additionalProperties: true }) };

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
  {
    method: "post",
    path: "/v1/messages/count_tokens",
    operation: forwarded({
      operationId: "gateway.countTokensOfMessages",
      summary: "Count the tokens of a prompt, in Anthropic's format",
      description: "By a vendor of the model, or an estimate, which `x-ghostllm-notes` says.",
      required: ["model", "messages"],
      properties: {
        model: modelProperty,
        messages: { type: "array", items: { type: "object", additionalProperties: true } },
      },
      content: jsonContent({ type: "object", properties: { input_tokens: { type: "integer" } } }),
    }),
  },
  ...mediaRoutes,
  ...storedRoutes,
  ...sessionRoutes,
  ...geminiRoutes,
  ...ollamaRoutes,
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
  {
    method: "get",
    path: "/v1/key",
    operation: read(
      "gateway.key",
      "What the key may do, its limits, its budgets, and what is left of them",
      "Gateway",
      {
        description: "OK",
        content: jsonContent({
          type: "object",
          properties: {
            object: { const: "key" },
            id: text,
            public_id: text,
            user_id: text,
            permissions: { type: "object", additionalProperties: true },
            expires_at: { type: ["string", "null"] },
            scopes: { type: "array", items: { type: "object", additionalProperties: true } },
          },
        }),
      },
    ),
  },
  estimateRoute,
  {
    method: "get",
    path: "/v1/requests/{id}",
    operation: {
      ...read("gateway.request", "Why a request of this key went as it did", "Gateway", {
        description:
          "As `GET /admin/requests/{id}` tells it, without what is spent by everybody together, and with the names of those providers alone that the headers of the answer told. A request of another key is not found.",
        content: jsonContent({ $ref: "#/components/schemas/RequestDetail" }),
      }),
      parameters: [{ name: "id", in: "path", required: true, schema: text }],
    },
  },
  {
    method: "get",
    path: "/v1/streams/{id}",
    operation: {
      ...read("gateway.stream", "Go on with a stream of this key", "Gateway", {
        description:
          "Of a request that asked for it by `x-ghostllm-resumable: true`; its id is in `x-ghostllm-stream` of the answer. Told from the place in `Last-Event-ID` on, which is the id of an event or, of lines of JSON, how many bytes have come; from its beginning without one. A stream of another key is not found (404), and one that was too long is not kept (410).",
        content: { "text/event-stream": { schema: text }, "application/x-ndjson": { schema: text } },
      }),
      parameters: [
        { name: "id", in: "path", required: true, schema: text },
        { name: "Last-Event-ID", in: "header", required: false, schema: text },
      ],
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
