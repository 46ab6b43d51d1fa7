// JSON Schema of ghostllm.yaml, for editors: made of the table of settings and of the schemas by which the file is read.

import { z } from "zod";
import { declaredAlias, declaredKey, declaredProvider, declaredTeam } from "./declared/schemas.ts";
import type { Setting } from "./setting.ts";
import { settings } from "./settings.ts";

type Json = Record<string, unknown>;

const fromVariable = { type: "string", pattern: "\\$\\{[A-Za-z_]", description: "`${NAME}`, a variable." };

export function fileSchema(): Json {
  const root: Json = objectOf("Settings of GhostLLM, and what it is to have of providers, aliases, teams and keys.");
  for (const one of Object.values(settings) as Setting<unknown>[]) place(root, one.path.split("."), schemaOf(one));
  const definitions: Json = { FromVariable: fromVariable };
  const declared = { providers: declaredProvider, aliases: declaredAlias, teams: declaredTeam, keys: declaredKey };
  for (const [name, schema] of Object.entries(declared)) {
    const { $schema: _, $defs, ...entry } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
    Object.assign(definitions, lenient($defs ?? {}));
    place(root, [name], { type: "array", items: lenient(entry) });
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "ghostllm.yaml",
    ...root,
    $defs: definitions,
  };
}

function objectOf(description: string): Json {
  return { type: "object", description, additionalProperties: false, properties: {} };
}

function place(node: Json, [name = "", ...rest]: readonly string[], schema: Json): void {
  const properties = node["properties"] as Record<string, Json>;
  if (rest.length === 0) properties[name] = schema;
  else place((properties[name] ??= objectOf(`Settings under \`${name}\`.`)), rest, schema);
}

function schemaOf({ kind, help, default: value }: Setting<unknown>): Json {
  const { json = { type: "string" } } = kind;
  const isPlain = ["number", "boolean", "string"].includes(typeof value);
  return { ...orVariable(json), description: help, ...(isPlain && { default: value }) };
}

function orVariable(json: Readonly<Json>): Json {
  const takesTexts = json["type"] === "string" || JSON.stringify(json["anyOf"] ?? "").includes('"type":"string"');
  return takesTexts ? { ...json } : { anyOf: [json, { $ref: "#/$defs/FromVariable" }] };
}

/** A number is taken where a text is wanted, and a variable where a number is. */
function lenient(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lenient);
  if (typeof value !== "object" || value === null) return value;
  const node: Json = Object.fromEntries(Object.entries(value).map(([name, one]) => [name, lenient(one)]));
  if (node["type"] === "string" && node["enum"] === undefined) return { ...node, type: ["string", "number"] };
  if (!["integer", "number", "boolean"].includes(String(node["type"]))) return node;
  const { description, default: usual, ...rest } = node;
  const said = { ...(description !== undefined && { description }), ...(usual !== undefined && { default: usual }) };
  return { anyOf: [rest, { $ref: "#/$defs/FromVariable" }], ...said };
}
