// What a request would come to, for the document.

import { errorAnswer, jsonContent, text } from "./forwarded-route.ts";
import type { DocumentedRoute } from "./forwarded-route.ts";
import type { JsonObject } from "./json.ts";

const textOrNull: JsonObject = { type: ["string", "null"] };
const integer: JsonObject = { type: "integer" };
const integerOrNull: JsonObject = { type: ["integer", "null"] };
const listOf = (properties: JsonObject): JsonObject => ({ type: "array", items: { type: "object", properties } });
const objectOrNull = (properties: JsonObject): JsonObject => ({ type: ["object", "null"], properties });

const target: JsonObject = {
  ...{ place: integerOrNull, provider: textOrNull, model: textOrNull, state: text },
  ...{ rest_ms: integerOrNull, context_length: integerOrNull },
};

const limit: JsonObject = {
  ...{ scope: text, id: textOrNull, what: text, period: textOrNull },
  ...{ limit: integerOrNull, left: integerOrNull, limit_usd: textOrNull, left_usd: textOrNull },
};

const estimate: JsonObject = {
  type: "object",
  properties: {
    object: { const: "estimate" },
    would_be_admitted: { type: "boolean" },
    refusal: objectOrNull({ code: text, http_status: integer, message: text, retry_after_seconds: integerOrNull }),
    ...{ model: text, dialect: text, operation: text, stream: { type: "boolean" }, downgraded_to: textOrNull },
    route: objectOrNull({
      first: objectOrNull({ provider: text, model: text }),
      ...{ led_to: textOrNull, strategy: text, passed_over: { type: "array", items: text }, targets: listOf(target) },
    }),
    queue: objectOrNull({ would_wait: { type: "boolean" }, waiting: integer, most_wait_ms: integer }),
    tokens: {
      type: "object",
      properties: {
        ...{ prompt: integer, is_estimate: { const: true }, most_output: integerOrNull, assumed_output: integerOrNull },
      },
    },
    price: {
      type: "object",
      properties: { prompt_usd: textOrNull, most_usd: textOrNull, price_version: textOrNull, held_usd: textOrNull },
    },
    limits: listOf(limit),
    cache: objectOrNull({ outcome: text, scope: text, digest: textOrNull, reason: textOrNull }),
    consent: { type: "object", properties: { policies: { type: "array", items: text } } },
    privacy: {
      type: "object",
      properties: { found: listOf({ class: text, action: text, count: integer }), store_prompts: text },
    },
  },
};

export const estimateRoute: DocumentedRoute = {
  method: "post",
  path: "/v1/estimate",
  operation: {
    operationId: "gateway.estimate",
    summary: "What a request would come to, without making it",
    description:
      "Asks no vendor, reserves nothing and records nothing. The body is a request for OpenAI's chats, or one of any dialect beside its path. Errors are those of the request, in its dialect; limits, budgets and consent that would refuse it are told in the answer.",
    tags: ["Gateway"],
    requestBody: {
      required: true,
      content: jsonContent({
        type: "object",
        properties: {
          endpoint: {
            type: "string",
            description: "Such as `/v1/messages`; `/v1/chat/completions` where it is not given.",
          },
          body: { type: "object", additionalProperties: true, description: "The request." },
        },
        additionalProperties: true,
      }),
    },
    responses: { "200": { description: "OK", content: jsonContent(estimate) }, default: errorAnswer },
  },
};
