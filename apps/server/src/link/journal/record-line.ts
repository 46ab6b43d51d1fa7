// A usage record as a line of the journal, and back. The file is a border: what is read from it is checked whole, by a
// table of its fields, since a line is read for every request.

import type { OwnedObject } from "#link/owners.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

interface Field {
  readonly expected: string;
  readonly isRight: (value: unknown) => boolean;
  /** Of lines of earlier versions, which lack the field. */
  readonly absent?: number | null;
}

const text: Field = { expected: "a text", isRight: (value) => typeof value === "string" };
const integer: Field = { expected: "an integer", isRight: Number.isSafeInteger };
const number: Field = { expected: "a number", isRight: Number.isFinite };
const truth: Field = { expected: "true or false", isRight: (value) => typeof value === "boolean" };
const statuses: readonly unknown[] = [
  "ok",
  "error",
  "client_abort",
  "timeout",
  "shutdown",
] satisfies UsageRecord["status"][];

function orNull({ expected, isRight }: Field): Field {
  return { expected: `${expected} or null`, isRight: (value) => value === null || isRight(value) };
}

function optional({ expected, isRight }: Field): Field {
  return { expected, isRight: (value) => value === undefined || isRight(value) };
}

function since({ expected, isRight }: Field, absent: number | null): Field {
  return { expected, isRight, absent };
}

const unanswered: Field = {
  expected: "attempts, tokens and their cost",
  isRight: (value) =>
    isFields(value) &&
    integer.isRight(value["attempts"]) &&
    integer.isRight(value["tokens"]) &&
    orNull(integer).isRight(value["costNanos"]),
};

const fields: Readonly<Record<keyof UsageRecord, Field>> = {
  id: text,
  createdAt: integer,
  userId: text,
  apiKeyId: text,
  modelId: orNull(text),
  providerId: orNull(text),
  provider: text,
  model: text,
  requestedModel: text,
  operation: text,
  streamed: truth,
  status: { expected: statuses.join(", "), isRight: (value) => statuses.includes(value) },
  httpStatus: integer,
  errorCode: orNull(text),
  promptTokens: integer,
  completionTokens: integer,
  totalTokens: integer,
  cachedTokens: integer,
  reasoningTokens: integer,
  cacheWriteTokens: since(integer, 0),
  cacheWriteHourTokens: since(integer, 0),
  audioPromptTokens: since(integer, 0),
  audioCompletionTokens: since(integer, 0),
  imagePromptTokens: since(integer, 0),
  imageCompletionTokens: since(integer, 0),
  cachedAudioTokens: since(integer, 0),
  serviceClass: since(orNull(text), null),
  geography: since(orNull(text), null),
  webSearches: since(integer, 0),
  fileSearches: since(integer, 0),
  estimated: truth,
  usageBounded: optional(truth),
  unanswered: optional(unanswered),
  costNanos: orNull(integer),
  chargedNanos: optional(integer),
  priceVersion: orNull(text),
  latencyMs: number,
  ttftMs: orNull(number),
  attempts: integer,
  ipAddress: orNull(text),
  userAgent: orNull(text),
};

const named = Object.entries(fields);

const objectTexts = ["id", "userId", "providerId", "model", "requestedModel"];

export function encodeObject(object: OwnedObject): Buffer {
  return Buffer.from(`${JSON.stringify({ object })}\n`);
}

export function encodeRecord(record: UsageRecord): Buffer {
  return Buffer.from(`${JSON.stringify(record)}\n`);
}

export type ParsedLine =
  { readonly record: UsageRecord } | { readonly object: OwnedObject } | { readonly reason: string };

export function parseLine(line: string): ParsedLine {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { reason: "not JSON: torn or damaged" };
  }
  if (isRecord(value)) return { record: value };
  if (isFields(value) && isObject(value["object"])) return { object: value["object"] };
  return { reason: `not a usage record: ${faultOf(value)}` };
}

function isObject(value: unknown): value is OwnedObject {
  return (
    isFields(value) &&
    Number.isSafeInteger(value["keptAt"]) &&
    objectTexts.every((name) => typeof value[name] === "string")
  );
}

/** Adds what lines of earlier versions lack. */
function isRecord(value: unknown): value is UsageRecord {
  if (!isFields(value)) return false;
  for (const [name, { absent, isRight }] of named) {
    if (absent !== undefined && value[name] === undefined) value[name] = absent;
    if (!isRight(value[name])) return false;
  }
  return true;
}

/** The names and not the values, which may be anybody's. */
function faultOf(value: unknown): string {
  if (!isFields(value)) return "no object";
  const wrong = named.filter(([name, { isRight }]) => !isRight(value[name]));
  return wrong.map(([name, { expected }]) => `${name} is not ${expected}`).join("; ");
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
