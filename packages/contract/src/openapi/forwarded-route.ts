import type { JsonObject } from "./json.ts";

export interface DocumentedRoute {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  readonly operation: JsonObject;
}

export const text: JsonObject = { type: "string" };

export function jsonContent(schema: JsonObject): JsonObject {
  return { "application/json": { schema } };
}

export const errorAnswer: JsonObject = { $ref: "#/components/responses/Error" };

export const streamedContent: JsonObject = {
  ...jsonContent({ type: "object", additionalProperties: true }),
  "text/event-stream": { schema: text },
};

interface Forwarded {
  readonly operationId: string;
  readonly summary: string;
  readonly description: string;
  readonly required: readonly string[];
  readonly properties: JsonObject;
  readonly content: JsonObject;
}

/** An operation that is passed on to a vendor. */
export function forwarded({ required, properties, content, ...named }: Forwarded): JsonObject {
  return {
    ...named,
    tags: ["Gateway"],
    requestBody: {
      required: true,
      content: jsonContent({ type: "object", required: [...required], properties, additionalProperties: true }),
    },
    responses: {
      "200": { description: "The vendor's answer", content },
      default: errorAnswer,
    },
  };
}
