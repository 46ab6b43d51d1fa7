// What a route takes, made of its own schema: so a walk over the table of routes takes in new ones by itself.

import type { AdminRoute } from "@ghostllm/contract/routes";
import { z } from "zod";

/** Values by the names of fields, which go before what is made up. */
export type Given = Readonly<Record<string, unknown>>;

const hexOf = (digits: number): string => "0123456789abcdef".repeat(4).slice(0, digits);

/** One of them is taken by whatever leaf a schema has. */
const leaves: readonly unknown[] = [
  ...["n1", "n1@example.com", "https://n1.example.com/path", "2099-01-01T00:00:00Z", "12.5", "correct horse battery"],
  ...["openai", "n1.example.com", "UTC", "embeddings", "key.created", hexOf(64), "10.0.0.0/8", "openid"],
  ...[1, 30, 60, 1_000, true],
];

/** A body, or undefined where the schema takes none that could be found. */
export function bodyOf({ body }: Pick<AdminRoute, "body">, given: Given = {}): Record<string, unknown> | undefined {
  return body && takenBy(body, objectOf(body, given));
}

/** With what it must have and what is given; where that is nothing, with some field more. */
export function smallBodyOf({ body }: Pick<AdminRoute, "body">, given: Given): Record<string, unknown> | undefined {
  if (body === undefined) return undefined;
  const whole = objectOf(body, given);
  const isNeeded = (name: string): boolean => name in given || body.shape[name]?.safeParse(undefined).success === false;
  const small = Object.fromEntries(Object.entries(whole).filter(([name]) => isNeeded(name)));
  if (Object.keys(small).length > 0) return takenBy(body, small);
  return takenBy(body, Object.fromEntries(Object.entries(whole).slice(0, 1)));
}

/** What does not go together is left out field by field. */
function takenBy(schema: z.ZodObject, made: Record<string, unknown>): Record<string, unknown> | undefined {
  for (let tries = 0; tries < 12; tries += 1) {
    const issue = schema.safeParse(made).error?.issues[0];
    if (issue === undefined) return made;
    const [name] = issue.path;
    const dropped = typeof name === "string" && name in made ? name : Object.keys(made).at(-1);
    if (dropped === undefined) return undefined;
    delete made[dropped];
  }
  return undefined;
}

function objectOf(schema: z.ZodObject, given: Given): Record<string, unknown> {
  const made: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(schema.shape)) {
    const value = name in given ? given[name] : sampleOf(field, name, given);
    if (value !== undefined) made[name] = value;
  }
  return made;
}

function sampleOf(schema: unknown, name: string, given: Given): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return sampleOf(schema.unwrap(), name, given);
  if (schema instanceof z.ZodPipe) return sampleOf(schema.def.in, name, given);
  if (schema instanceof z.ZodObject) return objectOf(schema, given);
  if (schema instanceof z.ZodArray) return listOf(schema, name, given);
  if (schema instanceof z.ZodRecord) return {};
  if (schema instanceof z.ZodLiteral) return schema.value;
  if (schema instanceof z.ZodDiscriminatedUnion) return sampleOf(schema.options[0], name, given);
  if (!(schema instanceof z.ZodType)) return undefined;
  if (schema instanceof z.ZodEnum) return schema.options[0];
  return leaves.find((value) => schema.safeParse(value).success);
}

function listOf(schema: z.ZodArray, name: string, given: Given): unknown {
  const one = name in given ? given[name] : sampleOf(schema.element, name.replace(/s$/, ""), given);
  return schema.safeParse([one]).success ? [one] : [];
}

/** Each object schema of a body, the body's own first, with the way to it. */
export function objectsOf(schema: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return objectsOf(schema.unwrap(), path);
  if (schema instanceof z.ZodPipe) return objectsOf(schema.def.in, path);
  if (schema instanceof z.ZodArray) return objectsOf(schema.element, [...path, "0"]);
  if (schema instanceof z.ZodDiscriminatedUnion) return objectsOf(schema.options[0], path);
  if (!(schema instanceof z.ZodObject)) return [];
  const inner = Object.entries(schema.shape).flatMap(([name, field]) => objectsOf(field, [...path, name]));
  return [path, ...inner];
}

/** All fields, also of what is in fields. */
export function namesIn(schema: unknown): readonly string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
    return namesIn(schema.unwrap());
  if (schema instanceof z.ZodPipe) return namesIn(schema.def.in);
  if (schema instanceof z.ZodArray) return namesIn(schema.element);
  if (schema instanceof z.ZodDiscriminatedUnion) return schema.options.flatMap(namesIn);
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.entries(schema.shape).flatMap(([name, field]) => [name, ...namesIn(field)]);
}

/** Names of the parameters in a path. */
export const paramsOf = ({ path }: Pick<AdminRoute, "path">): readonly string[] =>
  [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
