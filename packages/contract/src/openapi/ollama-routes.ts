// Ollama's API.

import type { JsonObject } from "./json.ts";
import { forwarded, jsonContent, modelProperty, read, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";

const lineProperties: JsonObject = {
  stream: { type: "boolean", default: true },
  options: { type: "object", properties: { num_predict: { type: "integer" } }, additionalProperties: true },
};

const lineContent: JsonObject = {
  ...jsonContent({ type: "object", additionalProperties: true }),
  "application/x-ndjson": { schema: text },
};

const anything: JsonObject = {
  description: "OK",
  content: jsonContent({ type: "object", additionalProperties: true }),
};

export const ollamaRoutes: readonly DocumentedRoute[] = [
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
    method: "post",
    path: "/api/embeddings",
    operation: forwarded({
      operationId: "gateway.ollamaEmbedOne",
      summary: "Embed one text, in Ollama's format",
      description: "Compatible with Ollama's embeddings, which `/api/embed` has taken the place of.",
      required: ["model", "prompt"],
      properties: { model: modelProperty, prompt: text },
      content: jsonContent({ type: "object", additionalProperties: true }),
    }),
  },
  {
    method: "get",
    path: "/api/tags",
    operation: read("gateway.ollamaModels", "List the models the key may use, in Ollama's format", "Gateway", anything),
  },
  {
    method: "post",
    path: "/api/show",
    operation: forwarded({
      operationId: "gateway.ollamaModel",
      summary: "Read one model, in Ollama's format",
      description: "Compatible with Ollama's show.",
      required: ["model"],
      properties: { model: modelProperty },
      content: jsonContent({ type: "object", additionalProperties: true }),
    }),
  },
  {
    method: "get",
    path: "/api/version",
    operation: read("gateway.ollamaVersion", "The version of Ollama's API", "Gateway", anything, true),
  },
  {
    method: "get",
    path: "/api/ps",
    operation: read(
      "gateway.ollamaRunning",
      "The models in memory, of which there are none",
      "Gateway",
      anything,
      true,
    ),
  },
];
