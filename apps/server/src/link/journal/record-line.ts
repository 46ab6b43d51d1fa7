// A usage record as a line of the journal, and back. The file is a border: what is read from it is checked whole, by a
// table of its fields, since a line is read for every request.

import { usageFields, usageStatuses } from "@ghostllm/contract";
import type { AttemptMade, PrivacyCount, UsageField, UsageFieldKind } from "@ghostllm/contract";
import type { OwnedObject } from "#link/owners.ts";
import type { UsageRecord } from "#domain/usage-record.ts";

interface Check {
  readonly expected: string;
  readonly isRight: (value: unknown) => boolean;
}

const text: Check = { expected: "a text", isRight: (value) => typeof value === "string" };
const integer: Check = { expected: "an integer", isRight: Number.isSafeInteger };
const statuses: readonly unknown[] = usageStatuses;

const checks: Readonly<Record<UsageFieldKind, Check>> = {
  id: text,
  text,
  integer,
  flag: { expected: "true or false", isRight: (value) => typeof value === "boolean" },
  moment: integer,
  duration: { expected: "a number", isRight: Number.isFinite },
  money: integer,
  status: { expected: usageStatuses.join(", "), isRight: (value) => statuses.includes(value) },
  attempts: { expected: "a list of attempts", isRight: (value) => Array.isArray(value) && value.every(isAttempt) },
  privacy: { expected: "a list of counts", isRight: (value) => Array.isArray(value) && value.every(isPrivacyCount) },
  why: { expected: "facts by their names", isRight: isFields },
};

function isPrivacyCount(value: unknown): value is PrivacyCount {
  if (!isFields(value)) return false;
  return (
    typeof value["class"] === "string" && typeof value["action"] === "string" && Number.isSafeInteger(value["count"])
  );
}

function isAttempt(value: unknown): value is AttemptMade {
  if (!isFields(value)) return false;
  const { providerId, provider, model, startedMs, ms, status, reason, restMs } = value;
  const isNamed = [providerId, provider, model].every((name) => typeof name === "string");
  const isTimed = [startedMs, ms, restMs].every(Number.isFinite);
  return isNamed && isTimed && (status === null || Number.isFinite(status)) && isTextOrNull(reason);
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === "string";
}

function checkOf({ kind, isNullable }: UsageField): Check {
  const { expected, isRight } = checks[kind];
  if (isNullable !== true) return checks[kind];
  return { expected: `${expected} or null`, isRight: (value) => value === null || isRight(value) };
}

const named = Object.entries<UsageField>(usageFields).map(([name, field]) => ({
  name,
  before: field.before,
  ...checkOf(field),
}));

const objectTexts = ["id", "userId", "providerId", "model", "requestedModel"];

export function encodeObject(object: OwnedObject): string {
  return `${JSON.stringify({ object })}\n`;
}

export function encodeRecord(record: UsageRecord): string {
  return `${JSON.stringify(record)}\n`;
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

/** Earlier versions wrote these as one field. */
function spreadUnanswered(line: Record<string, unknown>): void {
  const { unanswered } = line;
  if (!isFields(unanswered)) return;
  line["unansweredAttempts"] = unanswered["attempts"];
  line["unansweredTokens"] = unanswered["tokens"];
  line["unansweredCostNanos"] = unanswered["costNanos"];
}

/** Adds what lines of earlier versions lack. */
function isRecord(value: unknown): value is UsageRecord {
  if (!isFields(value)) return false;
  spreadUnanswered(value);
  for (const { name, before, isRight } of named) {
    if (before !== undefined && value[name] === undefined) value[name] = before;
    if (!isRight(value[name])) return false;
  }
  return true;
}

/** The names and not the values, which may be anybody's. */
function faultOf(value: unknown): string {
  if (!isFields(value)) return "no object";
  const wrong = named.filter(({ name, isRight }) => !isRight(value[name]));
  return wrong.map(({ name, expected }) => `${name} is not ${expected}`).join("; ");
}

function isFields(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
