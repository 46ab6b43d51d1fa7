// The OpenAPI 3.1 document, derived from the tables of routes. Served at /docs and written to docs/ by a tool.

import { z } from "zod";
import { errorCatalogue } from "#errors.ts";
import { adminRouteList } from "#routes/admin-routes.ts";
import { changingRoute, changingWhatIsMade, idempotencyKeyHeader, takesIdempotencyKey } from "#routes/habits.ts";
import type { AdminRoute } from "#routes/route.ts";
import { gatewayRoutes } from "./gateway-routes.ts";
import type { JsonObject, JsonValue } from "./json.ts";

type Schemas = Record<string, JsonValue>;

export interface DocumentOptions {
  readonly version: string;
}

export function openApiDocument({ version }: DocumentOptions): JsonObject {
  const schemas: Schemas = { Error: errorSchema };
  const paths: Record<string, Record<string, JsonValue>> = {};
  const addOperation = (path: string, method: string, operation: JsonObject): void => {
    paths[path] = { ...paths[path], [method]: operation };
  };
  for (const { path, method, operation } of gatewayRoutes) addOperation(path, method, operation);
  for (const route of adminRouteList) {
    addOperation(route.path, route.method.toLowerCase(), describeRoute(route, schemas));
  }
  return {
    openapi: "3.1.0",
    info: { title: "GhostLLM", version, description: "One endpoint in front of every model vendor." },
    tags: tagNames().map((name) => ({ name })),
    security: [{ bearer: [] }, { apiKey: [] }],
    paths,
    components: {
      schemas,
      parameters,
      headers: answerHeaders,
      responses: { Error: { description: "A failure from the catalogue of errors", content: jsonOf(refTo("Error")) } },
      securitySchemes: {
        bearer: { type: "http", scheme: "bearer" },
        apiKey: { type: "apiKey", in: "header", name: "x-api-key" },
      },
    },
  };
}

function tagNames(): readonly string[] {
  return [...new Set(["Gateway", "Operation", ...adminRouteList.map(({ tag }) => tag)])];
}

function describeRoute(route: AdminRoute, schemas: Schemas): JsonObject {
  return {
    operationId: route.id,
    summary: route.summary,
    description: describeAccess(route),
    tags: [route.tag],
    ...(route.permission === "public" ? { security: [] } : { "x-permission": route.permission }),
    parameters: [
      ...[...parametersOf(route.params, "path"), ...parametersOf(route.query, "query")],
      ...headersOf(route),
    ],
    ...(route.body !== undefined && {
      requestBody: { required: true, content: jsonOf(toSchema(route.body, "input", schemas)) },
    }),
    responses: {
      [route.status]: {
        description: "Done",
        ...answerHeadersOf(route),
        content: { [route.mediaType ?? "application/json"]: { schema: toSchema(route.response, "output", schemas) } },
      },
      default: { $ref: "#/components/responses/Error" },
    },
  };
}

/** As every route has them: docs/admin-api.md tells what they do. */
function headersOf(route: AdminRoute): readonly JsonObject[] {
  const isVersioned = route.method !== "GET" && changingRoute(adminRouteList, route) !== null;
  return [
    ...(takesIdempotencyKey(route) ? [{ $ref: "#/components/parameters/IdempotencyKey" }] : []),
    ...(isVersioned ? [{ $ref: "#/components/parameters/IfMatch" }] : []),
  ];
}

function answerHeadersOf(route: AdminRoute): JsonObject {
  const isShown = route.method !== "DELETE" && changingRoute(adminRouteList, route)?.path === route.path;
  const hasEtag = isShown || changingWhatIsMade(adminRouteList, route) !== null;
  const headers = {
    ...(hasEtag && { ETag: { $ref: "#/components/headers/ETag" } }),
    ...(takesIdempotencyKey(route) && { "Idempotency-Replayed": { $ref: "#/components/headers/IdempotencyReplayed" } }),
  };
  return Object.keys(headers).length === 0 ? {} : { headers };
}

const parameters: JsonObject = {
  IdempotencyKey: {
    ...{ name: idempotencyKeyHeader, in: "header", required: false },
    description:
      "Made up by the client, such as a UUID: for 24 hours the same request with the same key is carried out once, and answered again as it was.",
    schema: { type: "string", minLength: 1, maxLength: 255 },
  },
  IfMatch: {
    ...{ name: "If-Match", in: "header", required: false },
    description: "The `ETag` of the object as it was read, or `*`: where it has been changed since, the answer is 412.",
    schema: { type: "string" },
  },
};

const answerHeaders: JsonObject = {
  ETag: { description: "The version of the object: another one after each change.", schema: { type: "string" } },
  IdempotencyReplayed: {
    description: "`true`: the request was carried out before, and this is its answer.",
    schema: { type: "string", enum: ["true"] },
  },
};

/** Viewers of the document do not show what they do not know, so the permission is in the words, too. */
function describeAccess({ description, permission }: AdminRoute): string {
  return permission === "public" ? description : `${description} Needs the permission \`${permission}\`.`;
}

function parametersOf(schema: z.ZodObject | undefined, place: "path" | "query"): readonly JsonObject[] {
  return Object.entries(schema?.shape ?? {}).map(([name, field]) => ({
    name,
    in: place,
    required: place === "path",
    schema: toSchema(field, "input", {}),
  }));
}

/** Named schemas go to the components, so that each is written once. */
function toSchema(schema: z.core.$ZodType, io: "input" | "output", schemas: Schemas): JsonObject {
  const { $schema: _, $defs: definitions, ...own } = asJsonObject(z.toJSONSchema(schema, { io }));
  for (const [name, definition] of Object.entries(isJsonObject(definitions) ? definitions : {})) {
    schemas[name] = pointToComponents(definition);
  }
  const pointed = pointToComponents(own);
  return isJsonObject(pointed) ? pointed : {};
}

/** Through text, since the schema's own type admits values that JSON has not. */
function asJsonObject(schema: z.core.JSONSchema.BaseSchema): JsonObject {
  const copy: JsonValue = JSON.parse(JSON.stringify(schema));
  return isJsonObject(copy) ? copy : {};
}

function pointToComponents(value: JsonValue): JsonValue {
  if (typeof value === "string") return value.replace(/^#\/\$defs\//, "#/components/schemas/");
  if (isList(value)) return value.map(pointToComponents);
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).map(([name, part]): [string, JsonValue] => [name, pointToComponents(part)]);
  return Object.fromEntries(entries);
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function refTo(name: string): JsonObject {
  return { $ref: `#/components/schemas/${name}` };
}

function jsonOf(schema: JsonObject): JsonObject {
  return { "application/json": { schema } };
}

const errorSchema: JsonObject = {
  type: "object",
  required: ["error"],
  properties: {
    error: {
      type: "object",
      required: ["message", "type", "param", "code"],
      properties: {
        message: { type: "string" },
        type: { type: "string" },
        param: { type: ["string", "null"], description: "JSON path of the fault in the request." },
        code: { type: "string", enum: Object.keys(errorCatalogue) },
      },
    },
  },
};
