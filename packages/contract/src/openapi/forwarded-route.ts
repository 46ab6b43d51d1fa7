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
  /** What is sent is a form, with files in it. */
  readonly isForm?: boolean;
}

/** An operation that is passed on to a vendor. */
export function forwarded({ required, properties, content, isForm = false, ...named }: Forwarded): JsonObject {
  const schema: JsonObject = { type: "object", required: [...required], properties, additionalProperties: true };
  return {
    ...named,
    tags: ["Gateway"],
    requestBody: {
      required: true,
      content: isForm ? { "multipart/form-data": { schema } } : jsonContent(schema),
    },
    responses: {
      "200": { description: "The vendor's answer", content },
      default: errorAnswer,
    },
  };
}

export const modelProperty: JsonObject = { type: "string", description: "A model, `provider/model`, or an alias." };

/** `open`: nobody needs a credential; `perhaps`: on a server that only its own machine reaches. */
export function read(
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
    ...(open === true && { security: [] }),
    ...(open === "perhaps" && { security: [{}, { bearer: [] }] }),
    responses: { "200": ok, default: errorAnswer },
  };
}
