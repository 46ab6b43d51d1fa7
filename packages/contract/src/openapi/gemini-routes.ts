// Google's Gemini API.

import type { JsonObject } from "./json.ts";
import { forwarded, jsonContent, read, streamedContent, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";

const alt: JsonObject = {
  name: "alt",
  in: "query",
  schema: { const: "sse" },
  description: "With `sse` the stream is one of events, else one JSON array.",
};

const objects: JsonObject = { type: "array", items: { type: "object", additionalProperties: true } };

const modelParameter: JsonObject = {
  name: "model",
  in: "path",
  required: true,
  schema: text,
  description: "A model, `provider/model`, or an alias.",
};

/** What Google's API is asked for: the method, and the fields that each takes. */
const geminiMethods: readonly (readonly [method: string, summary: string, required: readonly string[]])[] = [
  ["generateContent", "Chat, in Google's format", ["contents"]],
  ["streamGenerateContent", "Chat as a stream, in Google's format", ["contents"]],
  ["countTokens", "Count the tokens of a prompt, in Google's format", []],
  ["embedContent", "Embed one content, in Google's format", ["content"]],
  ["batchEmbedContents", "Embed contents, in Google's format", ["requests"]],
];

const asked = geminiMethods.map(([method, summary, required]): DocumentedRoute => ({
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
    parameters: [modelParameter, ...(method === "streamGenerateContent" ? [alt] : [])],
  },
}));

const anything: JsonObject = {
  description: "OK",
  content: jsonContent({ type: "object", additionalProperties: true }),
};

export const geminiRoutes: readonly DocumentedRoute[] = [
  ...asked,
  {
    method: "get",
    path: "/v1beta/models",
    operation: read("gateway.geminiModels", "List the models the key may use, in Google's format", "Gateway", anything),
  },
  {
    method: "get",
    path: "/v1beta/models/{model}",
    operation: {
      ...read("gateway.geminiModel", "Read one model, in Google's format", "Gateway", anything),
      parameters: [modelParameter],
    },
  },
];
