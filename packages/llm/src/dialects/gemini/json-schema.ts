// Google's own schemas, a part of OpenAPI's with types in capitals, as JSON Schema: https://ai.google.dev/api/caching#Schema

import { isObject } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

/** Counts that Google's JSON writes as text, since they are of 64 bits. */
const counts: ReadonlySet<string> = new Set([
  "minItems",
  "maxItems",
  "minProperties",
  "maxProperties",
  "minLength",
  "maxLength",
]);
const names: Readonly<Record<string, string>> = {
  any_of: "anyOf",
  min_items: "minItems",
  max_items: "maxItems",
  min_length: "minLength",
  max_length: "maxLength",
  min_properties: "minProperties",
  max_properties: "maxProperties",
  property_ordering: "propertyOrdering",
};
/** The types as old clients of the vendor write them: https://ai.google.dev/api/rest/v1beta/Type */
const numberedTypes = ["", "string", "number", "integer", "boolean", "array", "object", "null"];
/** Deeper than any schema that a vendor takes; what is below is left as it is. */
const deepest = 100;

/** What has another meaning in JSON Schema is rewritten; all else stays, also what is JSON Schema already. */
export function toJsonSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > deepest) return schema;
  const written = Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
    const name = Object.hasOwn(names, key) ? (names[key] ?? key) : key;
    // Only Google knows it, and others refuse what they do not know.
    if (name === "propertyOrdering" || name === "nullable") return [];
    return [[name, convert(name, value, depth)]];
  });
  return schema["nullable"] === true ? withNull(Object.fromEntries(written)) : Object.fromEntries(written);
}

function convert(name: string, value: unknown, depth: number): unknown {
  if (name === "type" && typeof value === "string") return value.toLowerCase();
  if (name === "type" && typeof value === "number") return numberedTypes[value] || value;
  if (counts.has(name) && typeof value === "string" && /^\d+$/.test(value)) return Number(value);
  if (name === "items" && isObject(value)) return toJsonSchema(value, depth + 1);
  if (name === "anyOf" && Array.isArray(value)) return value.map((entry: unknown) => convertSchema(entry, depth));
  if (name !== "properties" || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, convertSchema(entry, depth)]));
}

function convertSchema(value: unknown, depth: number): unknown {
  return isObject(value) ? toJsonSchema(value, depth + 1) : value;
}

function withNull(schema: JsonObject): JsonObject {
  const { type, enum: values, ...rest } = schema;
  if (typeof type !== "string") return { anyOf: [schema, { type: "null" }] };
  return { ...rest, type: [type, "null"], ...(Array.isArray(values) && { enum: [...values, null] }) };
}

const listsOfSchemas: ReadonlySet<string> = new Set(["anyOf", "oneOf", "allOf", "prefixItems"]);
const mapsOfSchemas: ReadonlySet<string> = new Set(["properties", "$defs", "definitions"]);

/**
 * JSON Schema of others as the vendor reads it: beside a `$ref` it takes nothing else, and a single value is a list of one.
 * https://ai.google.dev/api/generate-content#FIELDS.response_json_schema
 */
export function widenSchema(schema: JsonObject, depth = 0): JsonObject {
  if (depth > deepest) return schema;
  const isReference = typeof schema["$ref"] === "string";
  const told = Object.entries(schema).filter(([key]) => !isReference || key.startsWith("$"));
  return Object.fromEntries(
    told.map(([key, value]) => (key === "const" ? ["enum", [value]] : [key, widenMember(key, value, depth)])),
  );
}

function widenMember(key: string, value: unknown, depth: number): unknown {
  const widen = (inner: unknown): unknown => (isObject(inner) ? widenSchema(inner, depth + 1) : inner);
  if (key === "items" || key === "additionalProperties") return widen(value);
  if (listsOfSchemas.has(key)) return Array.isArray(value) ? value.map(widen) : value;
  if (!mapsOfSchemas.has(key) || !isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, widen(inner)]));
}
