// Reads a part of ghostllm.yaml by a schema of the admin API, and says what is wrong with it where it stands. Numbers are taken for
// texts where the schema wants one, as they are written: amounts need no quotes.

import { z } from "zod";
import { suggest, type ConfigProblem } from "#config/problems.ts";
import { isRecord, type YamlFile, type YamlPath } from "#config/yaml-file.ts";

interface Part {
  readonly yaml: YamlFile;
  readonly path: YamlPath;
}

interface ReadPart<Schema extends z.ZodType> {
  /** Null where there are problems. */
  readonly data: z.output<Schema> | null;
  readonly problems: readonly ConfigProblem[];
}

type Issue = z.core.$ZodIssue;

const hints = {
  missing: "Write it below.",
  other: "docs/configuration.schema.json says what may stand here.",
};

export function readBySchema<Schema extends z.ZodType>(schema: Schema, raw: unknown, part: Part): ReadPart<Schema> {
  const first = schema.safeParse(raw);
  if (first.success) return { data: first.data, problems: [] };
  const asWritten = first.error.issues.reduce((value, issue) => withText(value, issue, part), raw);
  const second = schema.safeParse(asWritten);
  if (second.success) return { data: second.data, problems: [] };
  const problems = second.error.issues.flatMap((issue) => toProblems(issue, schema, part));
  // Of one value the first is enough.
  return {
    data: null,
    problems: problems.filter(({ path }, at) => problems.findIndex((one) => one.path === path) === at),
  };
}

function withText(value: unknown, issue: Issue, part: Part): unknown {
  if (issue.code !== "invalid_type") return value;
  const place = keysOf(issue.path);
  const fitting = fittingValue(valueAt(value, place), issue.expected, { ...part, path: [...part.path, ...place] });
  return fitting === undefined ? value : replaced(value, place, fitting);
}

/** Undefined where it stays wrong. What a variable holds may stand in quotes, and mean a number all the same. */
function fittingValue(present: unknown, expected: string, { yaml, path }: Part): unknown {
  if (expected === "string" && (typeof present === "number" || typeof present === "boolean"))
    return yaml.sourceOf(path) ?? String(present);
  if (typeof present !== "string" || yaml.isWrittenOut(path)) return undefined;
  if (expected === "boolean" && ["true", "false"].includes(present)) return present === "true";
  return ["number", "int"].includes(expected) && /^-?\d{1,15}(?:\.\d+)?$/.test(present) ? Number(present) : undefined;
}

function replaced(value: unknown, [key, ...rest]: YamlPath, fitting: unknown): unknown {
  if (key === undefined) return fitting;
  if (Array.isArray(value))
    return value.map((one: unknown, index) => (index === key ? replaced(one, rest, fitting) : one));
  return isRecord(value) ? { ...value, [key]: replaced(value[key], rest, fitting) } : value;
}

function valueAt(value: unknown, path: YamlPath): unknown {
  return path.reduce<unknown>((node, key) => {
    if (Array.isArray(node)) return node[Number(key)] as unknown;
    return isRecord(node) ? node[key] : undefined;
  }, value);
}

function keysOf(path: readonly PropertyKey[]): YamlPath {
  return path.map((key) => (typeof key === "symbol" ? String(key) : key));
}

function toProblems(issue: Issue, schema: z.ZodType, { yaml, path }: Part): readonly ConfigProblem[] {
  const place = [...path, ...keysOf(issue.path)];
  if (issue.code === "unrecognized_keys") {
    const known = namesAt(schema, keysOf(issue.path));
    return issue.keys.map((key) => ({
      path: `${yaml.pointAt([...place, key])} ${[...place, key].join(".")}`,
      message: `unknown key \`${key}\``,
      hint: suggest(key, known),
    }));
  }
  const { message, hint } = complaintOf(issue);
  return [{ path: `${yaml.pointAt(place, "value")} ${place.join(".")}`, message, hint }];
}

function complaintOf(issue: Issue): { readonly message: string; readonly hint: string } {
  const message = sentenceOf(issue);
  const isMissing = issue.code === "invalid_type" && /received undefined/.test(issue.message);
  if (isMissing) return { message: "this is missing", hint: hints.missing };
  if (issue.code === "invalid_value") return { message, hint: `Use one of ${issue.values.map(String).join(", ")}.` };
  return { message, hint: hints.other };
}

/** Of several ways to write something, what is said of the first. */
function sentenceOf(issue: Issue): string {
  const inner = issue.code === "invalid_union" ? issue.errors[0]?.[0] : undefined;
  const text = inner === undefined ? issue.message : sentenceOf(inner);
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** Names that the schema has there. */
function namesAt(schema: z.ZodType, path: YamlPath): readonly string[] {
  const json: unknown = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  const definitions = isRecord(json) && isRecord(json["$defs"]) ? json["$defs"] : {};
  const at = path.reduce((found, key) => stepInto(found, key, definitions), alternativesOf(json, definitions));
  return at.flatMap(({ properties }) => (isRecord(properties) ? Object.keys(properties) : []));
}

type Json = Readonly<Record<string, unknown>>;

function stepInto(found: readonly Json[], key: string | number, definitions: Json): readonly Json[] {
  return found.flatMap(({ properties, items, additionalProperties }) => {
    const named = isRecord(properties) ? properties[key] : undefined;
    return alternativesOf(named ?? (typeof key === "number" ? items : additionalProperties), definitions);
  });
}

/** Itself, and what it may be. */
function alternativesOf(json: unknown, definitions: Json): readonly Json[] {
  if (!isRecord(json)) return [];
  const reference = typeof json["$ref"] === "string" ? json["$ref"].split("/").at(-1) : undefined;
  const below = [json["anyOf"], json["oneOf"], json["allOf"]].flatMap((several) =>
    Array.isArray(several) ? several : [],
  );
  const referred = reference === undefined ? [] : [definitions[reference]];
  return [json, ...[...below, ...referred].flatMap((one) => alternativesOf(one, definitions))];
}
