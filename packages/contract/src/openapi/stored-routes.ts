// Routes about what vendors keep under ids, and those that ask about a conversation before it is sent.

import type { JsonObject } from "./json.ts";
import { errorAnswer, forwarded, jsonContent, modelProperty, streamedContent, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";

const anything = jsonContent({ type: "object", additionalProperties: true });

const id: JsonObject = { name: "id", in: "path", required: true, schema: text };
const provider: JsonObject = {
  name: "x-ghostllm-provider",
  in: "header",
  schema: text,
  description: "The provider that keeps it, where GhostLLM does not know: several offer it, or it was restarted since.",
};

interface Stored {
  readonly method: DocumentedRoute["method"];
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly content?: JsonObject;
  readonly body?: JsonObject;
  readonly query?: readonly string[];
}

function stored({ method, path, name, summary, content = anything, body, query = [] }: Stored): DocumentedRoute {
  const parameters = [
    ...(path.includes("{id}") ? [id] : []),
    provider,
    ...query.map((field) => ({ name: field, in: "query", schema: text })),
  ];
  const operation = {
    operationId: `gateway.${name}`,
    summary,
    tags: ["Gateway"],
    parameters,
    ...(body !== undefined && { requestBody: { required: true, content: body } }),
    responses: { "200": { description: "The vendor's answer", content }, default: errorAnswer },
  };
  return { method, path, operation };
}

const conversation: JsonObject = {
  model: modelProperty,
  input: { anyOf: [text, { type: "array", items: { type: "object", additionalProperties: true } }] },
  previous_response_id: text,
};

const form: JsonObject = {
  "multipart/form-data": {
    schema: {
      type: "object",
      required: ["file", "purpose"],
      properties: { file: { type: "string", format: "binary" }, purpose: text },
      additionalProperties: true,
    },
  },
};

const batch: JsonObject = jsonContent({
  type: "object",
  required: ["input_file_id", "endpoint", "completion_window"],
  properties: { input_file_id: text, endpoint: text, completion_window: text },
  additionalProperties: true,
});

const bytes: JsonObject = { "application/octet-stream": { schema: { type: "string", format: "binary" } } };

const responses: readonly Stored[] = [
  {
    method: "get",
    path: "/v1/responses/{id}",
    name: "response",
    summary: "Read an answer that its vendor keeps, also as a stream",
    content: streamedContent,
    query: ["stream", "starting_after"],
  },
  { method: "delete", path: "/v1/responses/{id}", name: "deleteResponse", summary: "Delete an answer at its vendor" },
  { method: "post", path: "/v1/responses/{id}/cancel", name: "cancelResponse", summary: "Stop one in the background" },
  { method: "get", path: "/v1/responses/{id}/input_items", name: "responseInput", summary: "What an answer was given" },
];

const files: readonly Stored[] = [
  { method: "get", path: "/v1/files", name: "files", summary: "All files of the account; for administrators" },
  { method: "post", path: "/v1/files", name: "uploadFile", summary: "Give a vendor a file", body: form },
  { method: "get", path: "/v1/files/{id}", name: "file", summary: "Read about a file" },
  { method: "delete", path: "/v1/files/{id}", name: "deleteFile", summary: "Delete a file at its vendor" },
  { method: "get", path: "/v1/files/{id}/content", name: "fileContent", summary: "Fetch a file", content: bytes },
];

const batches: readonly Stored[] = [
  { method: "get", path: "/v1/batches", name: "batches", summary: "All batches of the account; for administrators" },
  { method: "post", path: "/v1/batches", name: "createBatch", summary: "Have a file of requests run", body: batch },
  { method: "get", path: "/v1/batches/{id}", name: "batch", summary: "Read about a batch" },
  { method: "post", path: "/v1/batches/{id}/cancel", name: "cancelBatch", summary: "Stop a batch" },
];

export const storedRoutes: readonly DocumentedRoute[] = [
  {
    method: "post",
    path: "/v1/responses/compact",
    operation: forwarded({
      operationId: "gateway.compactResponse",
      summary: "Make a conversation shorter",
      description: "Compatible with OpenAI's, for models of vendors that offer it.",
      required: ["model"],
      properties: conversation,
      content: anything,
    }),
  },
  {
    method: "post",
    path: "/v1/responses/input_tokens",
    operation: forwarded({
      operationId: "gateway.responseInputTokens",
      summary: "Count the tokens of a conversation",
      description: "Compatible with OpenAI's; an estimate where the model's vendor does not count.",
      required: ["model"],
      properties: conversation,
      content: anything,
    }),
  },
  ...[...responses, ...files, ...batches].map(stored),
];
