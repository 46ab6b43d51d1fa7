// Conversations that are kept, as keys have them, for the document.

import { errorAnswer, jsonContent, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";
import type { JsonObject } from "./json.ts";

const path = "/v1/sessions";
const idParameter: JsonObject = { name: "id", in: "path", required: true, schema: text };
const chat: JsonObject = { $ref: "#/components/schemas/ChatSession" };
const listParameters: readonly (readonly [name: string, schema: JsonObject])[] = [
  ["limit", { type: "integer", minimum: 1, maximum: 500, default: 50 }],
  ["after", text],
  ["archived", { type: "boolean" }],
  ["q", text],
];

interface Described {
  readonly id: string;
  readonly summary: string;
  readonly description: string;
  readonly answer: JsonObject;
}

function described({ id, summary, description, answer }: Described): JsonObject {
  return {
    ...{ operationId: `gateway.${id}`, summary, description, tags: ["Gateway"] },
    responses: { "200": { description: "OK", content: jsonContent(answer) }, default: errorAnswer },
  };
}

const list: JsonObject = {
  type: "object",
  properties: { data: { type: "array", items: chat }, next: { type: ["string", "null"] } },
};

export const sessionRoutes: readonly DocumentedRoute[] = [
  {
    method: "get",
    path,
    operation: {
      ...described({
        ...{ id: "sessions", summary: "List the saved chats of the key's user", answer: list },
        description:
          "Of the key's team alone, the last used first. A chat is saved where a request of chat has `session_id`.",
      }),
      parameters: listParameters.map(([name, schema]) => ({ name, in: "query", schema })),
    },
  },
  {
    method: "get",
    path: `${path}/{id}`,
    operation: {
      ...described({
        ...{ id: "session", summary: "Read a saved chat", description: "With all of its messages." },
        answer: { $ref: "#/components/schemas/ChatSessionWithMessages" },
      }),
      parameters: [idParameter],
    },
  },
  {
    method: "post",
    path: `${path}/{id}`,
    operation: {
      ...described({
        ...{ id: "changeSession", summary: "Rename, archive or bring back a saved chat", answer: chat },
        description: "Fields left out stay as they are.",
      }),
      parameters: [idParameter],
      requestBody: { required: true, content: jsonContent({ $ref: "#/components/schemas/ChatSessionUpdate" }) },
    },
  },
  {
    method: "delete",
    path: `${path}/{id}`,
    operation: {
      ...described({
        ...{ id: "removeSession", summary: "Delete a saved chat", answer: { $ref: "#/components/schemas/Removed" } },
        description: "With its messages, and with pictures and files that no other one has.",
      }),
      parameters: [idParameter],
    },
  },
];
