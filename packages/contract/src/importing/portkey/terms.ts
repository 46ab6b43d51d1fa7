// What a Portkey config says of retries, time and kept answers, as an alias says it here.

import type { RetriedFailure } from "#alias-policies.ts";
import type { DesiredAlias } from "#importing/desired.ts";
import { isEmpty, isFields, listOf, numberOf, type Fields } from "#importing/fields.ts";

type Terms = DesiredAlias["terms"];

const lost: Readonly<Record<string, string>> = {
  input_guardrails: "guardrails are not moved: make some here (docs/guardrails.md)",
  output_guardrails: "guardrails are not moved: make some here (docs/guardrails.md)",
  before_request_hooks: "hooks are not moved",
  after_request_hooks: "hooks are not moved",
  forward_headers: "headers of clients are not forwarded here",
};

/** What is only nearly so is added to `notes`. */
export function aliasTerms(config: Fields, notes: string[]): Terms {
  for (const [field, note] of Object.entries(lost)) if (!isEmpty(config[field])) notes.push(note);
  return { ...retriesOf(config, notes), ...timeoutsOf(config, notes), ...cacheOf(config, notes) };
}

const failures: Readonly<Record<number, readonly RetriedFailure[]>> = {
  408: ["timeout"],
  429: ["rate_limit"],
  500: ["error", "broken"],
  502: ["error", "refused"],
  503: ["overloaded", "refused"],
  504: ["timeout"],
};

function retriesOf({ retry }: Fields, notes: string[]): Pick<Terms, "retries"> {
  if (!isFields(retry)) return {};
  const attempts = Math.min(10, Math.max(0, Math.trunc(numberOf(retry["attempts"]) ?? 0)) + 1);
  if (attempts < 2) return {};
  const codes = listOf(retry["on_status_codes"]).flatMap((code) => numberOf(code) ?? []);
  const unknown = codes.filter((code) => failures[code] === undefined);
  if (unknown.length > 0) notes.push(`status codes ${unknown.join(", ")} are not tried again here`);
  const usual = [429, 500, 502, 503, 504];
  const on = (codes.length === 0 ? usual : codes).flatMap((code) => failures[code] ?? []);
  return { retries: { attempts_per_target: attempts, attempts: 20, on: [...new Set(on)] } };
}

function timeoutsOf(config: Fields, notes: string[]): Pick<Terms, "timeouts"> {
  const wait = numberOf(config["request_timeout"]);
  if (wait === null || wait <= 0) return {};
  notes.push("request_timeout bounds the wait for the first word of each target");
  return { timeouts: { first_token_ms: Math.min(86_400_000, Math.max(10, Math.trunc(wait))) } };
}

const usualSeconds = 7 * 86_400;
const mostSeconds = 30 * 86_400;

function cacheOf({ cache }: Fields, notes: string[]): Pick<Terms, "cache"> {
  if (!isFields(cache)) return {};
  if (cache["mode"] === "semantic") {
    notes.push("answers to prompts that only mean the same are not told again: those to the same prompt are");
  }
  notes.push("kept answers are told within an organisation: who is in none shares with himself");
  const seconds = Math.trunc(numberOf(cache["max_age"]) ?? usualSeconds);
  return { cache: { ttl_seconds: Math.min(mostSeconds, Math.max(1, seconds)), scope: "organisation" } };
}
