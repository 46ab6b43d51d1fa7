// What a guardrail says, in words.

import type { Guardrail } from "#api/queries.ts";
import { formatCount } from "#format/number.ts";

type Words = Readonly<Record<string, string>>;

export const kindWords: Words = {
  text: "words and patterns",
  size: "size",
  webhook: "webhook",
  moderation: "moderation endpoint",
  "json-schema": "JSON Schema of answers",
};

export const stageWords: Words = { both: "requests and answers", input: "requests", output: "answers" };

/** What is done about what is found. */
export const actionWords: Words = { block: "block", redact: "redact", flag: "flag" };

export const failureWords: Words = { closed: "does not pass", open: "passes, and is noted as skipped" };

export function wordOf(words: Words, name: string): string {
  return words[name] ?? name;
}

/** What is looked for, in a line. */
export function checkWords({ kind, ...check }: Guardrail["check"]): string {
  if (kind === "text") return textWords([...(check.words ?? []), ...(check.patterns ?? [])]);
  if (kind === "size") return `more than ${formatCount(check.most ?? 0)} ${check.unit ?? ""}`;
  if (kind === "webhook") return check.url ?? "";
  if (kind === "json-schema") return schemaWords(check);
  return moderationWords(check);
}

function schemaWords({ schema = null, from_request: ofRequest }: Omit<Guardrail["check"], "kind">): string {
  const own = schema === null ? "" : "a schema of its own";
  return [own, ofRequest === true ? "that of the request" : ""].filter((one) => one !== "").join(", and ");
}

const mostTexts = 3;

function textWords(texts: readonly string[]): string {
  const left = texts.length - mostTexts;
  return `${texts.slice(0, mostTexts).join(", ")}${left > 0 ? ` and ${left} more` : ""}`;
}

function moderationWords({
  provider = "",
  model = null,
  categories = null,
  threshold = null,
}: Omit<Guardrail["check"], "kind">): string {
  const asked = model === null ? provider : `${provider}/${model}`;
  const counted = categories === null ? "any category" : categories.join(" or ");
  return `${asked}: ${counted}${threshold === null ? "" : ` from ${threshold} on`}`;
}
