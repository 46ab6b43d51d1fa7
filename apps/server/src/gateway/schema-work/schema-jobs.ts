// Done in the thread of schema-thread.ts: an answer, a text or a schema looked through.

import { Validator } from "@cfworker/json-schema";
import type { SchemaDraft } from "@cfworker/json-schema";
import { answeredIn, completedIn, dialects, formatOf } from "@ghostllm/llm";
import type { SchemaCheck } from "#domain/guardrails/guardrail.ts";
import type { AnswerToCheck, SchemaFault } from "#domain/guardrails/schema-checks.ts";
import { schemaOfSchemas } from "./schema-of-schemas.ts";
import { compile, withLinearExpressions } from "#domain/privacy/linear-expression.ts";

export type SchemaJob =
  | ({ readonly kind: "answer" } & AnswerToCheck)
  | { readonly kind: "text"; readonly check: SchemaCheck; readonly text: string }
  | { readonly kind: "schema"; readonly schema: Schema };

export type SchemaResult = { readonly fault: SchemaFault | null } | { readonly failure: string };

type Schema = Readonly<Record<string, unknown>>;

export function runSchemaJob(job: SchemaJob): SchemaResult {
  try {
    if (job.kind === "answer") return { fault: faultInAnswer(job) };
    if (job.kind === "text") return { fault: job.check.schema && faultIn(job.check.schema, job.text) };
    checkForm(job.schema);
    checkPatterns(job.schema);
    validatorOf(job.schema);
    return { fault: null };
  } catch (error) {
    return { failure: error instanceof Error ? error.message : "it cannot be looked through" };
  }
}

/** Of several answers the first that does not match. Throws where it is no answer, or there is more of a schema than can be. */
function faultInAnswer({ check, dialect: name, told, request }: AnswerToCheck): SchemaFault | null {
  const dialect = dialects[name];
  const isCompletion = request?.operation === "completions";
  // Prompts that are completed name no form.
  const format = check.fromRequest && request !== null && !isCompletion ? formatOf(dialect, request) : null;
  const schemas = [...(check.schema === null ? [] : [check.schema]), ...schemasOf(format)];
  if (schemas.length === 0) return null;
  const answered = isCompletion ? completedIn(told) : answeredIn(dialect, told);
  // What a vendor keeps is not always an answer.
  if (answered === null && request === null) return null;
  if (answered === null) throw new TypeError("it is no whole answer");
  for (const { text, isOther, isOpen } of answered) {
    if (isOther || isOpen) continue;
    for (const schema of schemas) {
      const fault = faultIn(schema, text);
      if (fault !== null) return fault;
    }
  }
  return null;
}

function schemasOf(format: ReturnType<typeof formatOf>): readonly Schema[] {
  if (format === null || format.kind === "text") return [];
  return [format.kind === "schema" ? format.schema : {}];
}

function faultIn(schema: Schema, text: string): SchemaFault | null {
  const json = parse(text);
  if (json === undefined) return { keyword: "json", place: "" };
  const validator = validatorOf(schema);
  // The library makes expressions of the patterns in schemas, and asks for no other way.
  const { valid, errors } = withLinearExpressions(() => validator.validate(json));
  if (valid) return null;
  // The innermost, without a word of the answer.
  const { keyword, keywordLocation: place } = errors.at(-1) ?? { keyword: "false", keywordLocation: "#" };
  return { keyword, place };
}

/** Throws where two parts of it have the same id. */
function validatorOf(schema: Schema): Validator {
  return new Validator(schema, draftOf(schema));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function draftOf({ $schema: named }: Schema): SchemaDraft {
  const name = typeof named === "string" ? named : "";
  if (name.includes("draft-04")) return "4";
  if (name.includes("draft-06") || name.includes("draft-07")) return "7";
  return name.includes("2019-09") ? "2019-09" : "2020-12";
}

/** Throws what is wrong, and where. */
function checkForm(schema: Schema): void {
  const { valid, errors } = new Validator(schemaOfSchemas, "7").validate(schema);
  if (valid) return;
  // The innermost: those around it say no more than that there is one.
  const deepest = errors.reduce((one, other) =>
    other.instanceLocation.length > one.instanceLocation.length ? other : one,
  );
  const word = deepest.instanceLocation.split("/").at(-1) ?? "";
  throw new TypeError(`at ${deepest.instanceLocation}: ${word === "#" ? "it" : `\`${word}\``} is none that it may be`);
}

/** What is in them is no schema. */
const values: ReadonlySet<string> = new Set(["const", "enum", "default", "examples"]);

/** Throws. The library compiles them when it comes to them. */
function checkPatterns(value: unknown): void {
  if (Array.isArray(value)) return value.forEach(checkPatterns);
  if (typeof value !== "object" || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    if (key === "pattern" && typeof member === "string") compile(member);
    if (key === "patternProperties" && typeof member === "object" && member !== null)
      for (const pattern of Object.keys(member)) compile(pattern);
    if (!values.has(key)) checkPatterns(member);
  }
}
