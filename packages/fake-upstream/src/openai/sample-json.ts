import { asList, asObject, asText } from "./request.ts";
import type { JsonObject } from "#script.ts";

const deepest = 16;

/** The plainest value that a JSON schema allows, so that clients who parse against their schema are served. */
export function sampleOf(schema: unknown): unknown {
  return sample(asObject(schema), { root: asObject(schema), depth: 0 });
}

interface Place {
  readonly root: JsonObject;
  readonly depth: number;
}

function sample(schema: JsonObject, place: Place): unknown {
  if (place.depth > deepest) return null;
  const deeper = { root: place.root, depth: place.depth + 1 };
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  const reference = asText(schema["$ref"]);
  if (reference !== undefined) return sample(resolve(reference, place.root), deeper);
  const [alternative] = [...asList(schema["anyOf"]), ...asList(schema["oneOf"])];
  if (alternative !== undefined) return sample(asObject(alternative), deeper);
  return byType[typeOf(schema)]?.(schema, deeper) ?? null;
}

function typeOf(schema: JsonObject): string {
  const type = Array.isArray(schema["type"]) ? schema["type"][0] : schema["type"];
  return asText(type) ?? ("properties" in schema ? "object" : "null");
}

const byType: Readonly<Record<string, (schema: JsonObject, place: Place) => unknown>> = {
  string: (schema) => "sample".padEnd(Number(schema["minLength"] ?? 0), "."),
  integer: (schema) => Number(schema["minimum"] ?? 1),
  number: (schema) => Number(schema["minimum"] ?? 1),
  boolean: () => true,
  array: (schema, place) => {
    const length = Math.max(1, Number(schema["minItems"] ?? 1));
    return Array.from({ length }, () => sample(asObject(schema["items"]), place));
  },
  object: (schema, place) => {
    const properties = Object.entries(asObject(schema["properties"]));
    return Object.fromEntries(properties.map(([name, value]) => [name, sample(asObject(value), place)]));
  },
};

/** `#/$defs/Name` and the like, within the same schema. */
function resolve(reference: string, root: JsonObject): JsonObject {
  const steps = reference.replace(/^#\/?/, "").split("/");
  return steps.filter((step) => step !== "").reduce((at, step) => asObject(at[step]), root);
}
