// JSON Schemas in the form that a vendor takes. What a vendor's subset cannot say is said in the description, as its official
// SDKs do it: https://github.com/anthropics/anthropic-sdk-python/blob/main/src/anthropic/lib/_parse/_transform.py

import { stringifyExactly } from "#wire/exact-json.ts";
import { isObject, memberOf } from "#wire/json.ts";
import type { JsonObject } from "#wire/json.ts";

import type { Notes } from "./extras.ts";

/** Deeper than any schema that a vendor takes; what is below is left as it is. */
const deepest = 100;

const kept: ReadonlySet<string> = new Set([
  ...["$schema", "type", "enum", "const", "title", "description", "required", "properties", "items", "$ref"],
  ...["anyOf", "allOf", "oneOf", "$defs", "definitions", "additionalProperties", "format", "minItems"],
]);
const silent: ReadonlySet<string> = new Set(["$id", "$comment"]);
const formats: ReadonlySet<unknown> = new Set([
  ...["date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"],
]);

/** The subset of Anthropic's structured outputs: https://docs.anthropic.com/en/docs/build-with-claude/structured-outputs */
export function narrowSchema(schema: JsonObject, notes: Notes, depth = 0): JsonObject {
  if (depth > deepest) return schema;
  if (typeof schema["$ref"] === "string") return narrowReference(schema, notes, depth);
  const said = Object.entries(schema).filter(([key, value]) => isUnspeakable(key, value));
  const told = Object.entries(schema).filter(([key, value]) => kept.has(key) && !isUnspeakable(key, value));
  const narrowed = told.map(([key, value]): [string, unknown] => {
    return [key === "oneOf" ? "anyOf" : key, narrowMember(key, value, notes, depth)];
  });
  if (said.length > 0) notes.add("constraints of the schema");
  return { ...Object.fromEntries(narrowed), ...closed(schema, notes), ...described(schema, said) };
}

/** Beside a reference nothing is read. */
function narrowReference(schema: JsonObject, notes: Notes, depth: number): JsonObject {
  const told = Object.entries(schema).filter(([key]) => key === "$ref" || key === "$defs" || key === "definitions");
  if (told.length < Object.keys(schema).length) notes.add("constraints of the schema");
  return Object.fromEntries(told.map(([key, value]) => [key, narrowMember(key, value, notes, depth)]));
}

function isUnspeakable(key: string, value: unknown): boolean {
  if (key === "format") return !formats.has(value);
  if (key === "minItems") return Number(stringifyExactly(value)) > 1;
  return !kept.has(key) && !silent.has(key);
}

function narrowMember(key: string, value: unknown, notes: Notes, depth: number): unknown {
  const narrow = (inner: unknown): unknown => (isObject(inner) ? narrowSchema(inner, notes, depth + 1) : inner);
  if (key === "items") return narrow(value);
  if (key === "anyOf" || key === "oneOf" || key === "allOf") return Array.isArray(value) ? value.map(narrow) : value;
  if (key !== "properties" && key !== "$defs" && key !== "definitions") return value;
  return isObject(value)
    ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, narrow(inner)]))
    : value;
}

/** Objects have no other properties than those that are named. */
function closed(schema: JsonObject, notes: Notes): JsonObject {
  if (!isOfObjects(schema)) return {};
  if (schema["additionalProperties"] !== false) notes.add("additionalProperties");
  return { additionalProperties: false };
}

function isOfObjects({ type, properties }: JsonObject): boolean {
  return type === "object" || (Array.isArray(type) && type.includes("object")) || isObject(properties);
}

function described({ description }: JsonObject, said: readonly [string, unknown][]): JsonObject {
  if (said.length === 0) return {};
  const words = `{${said.map(([key, value]) => `${key}: ${stringifyExactly(value) ?? ""}`).join(", ")}}`;
  return { description: typeof description === "string" && description !== "" ? `${description}\n\n${words}` : words };
}

const unions = ["anyOf", "oneOf", "allOf"] as const;
const refusedAtTop: ReadonlySet<string> = new Set([...unions, "enum", "not"]);

/**
 * What a tool takes, of another dialect: vendors want the schema of an object with its properties, and none of them takes a
 * choice between several at the top.
 */
export function toolSchemaOf(parameters: JsonObject, notes: Notes): JsonObject {
  const schema = inlined(parameters);
  const isJoined = unions.some((union) => Array.isArray(schema[union]));
  const whole = isJoined ? joinUnions(schema, notes) : schema;
  if (whole["type"] === "object" && isObject(whole["properties"])) return whole;
  return { ...whole, type: "object", properties: isObject(whole["properties"]) ? whole["properties"] : {} };
}

/** A schema that only names one of its own definitions is that one. */
function inlined(schema: JsonObject): JsonObject {
  const [, place = "", name = ""] = /^#\/(\$defs|definitions)\/([^/]+)$/.exec(String(schema["$ref"] ?? "")) ?? [];
  const named = memberOf(schema[place], name);
  if (!isObject(named)) return schema;
  const { $ref: _place, ...rest } = schema;
  return { ...rest, ...named };
}

/** All properties that any of them has; needed are those that all need. */
function joinUnions(schema: JsonObject, notes: Notes): JsonObject {
  const found = unions.flatMap((union) => {
    const members = schema[union];
    return Array.isArray(members) ? [{ isAll: union === "allOf", members: members.filter(isObject) }] : [];
  });
  const members = found.flatMap((union) => union.members);
  const properties = [...members, schema].map((member) => member["properties"]).filter(isObject);
  const required = new Set([
    ...requiredOf(schema),
    ...found.flatMap((union) => (union.isAll ? union.members.flatMap(requiredOf) : neededByAll(union.members))),
  ]);
  notes.add("a choice of schemas for a tool");
  const rest = Object.entries(schema).filter(([key]) => !refusedAtTop.has(key));
  return {
    ...Object.fromEntries(rest),
    type: "object",
    properties: Object.fromEntries(properties.flatMap(Object.entries)),
    ...(required.size > 0 && { required: [...required] }),
  };
}

function requiredOf({ required }: JsonObject): readonly unknown[] {
  return Array.isArray(required) ? required : [];
}

function neededByAll(members: readonly JsonObject[]): readonly unknown[] {
  const [first, ...others] = members;
  return first === undefined
    ? []
    : requiredOf(first).filter((name) => others.every((other) => requiredOf(other).includes(name)));
}
