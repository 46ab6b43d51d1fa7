// What the moderation endpoint of a provider is asked and answers.

import { memberOf, urlOf, wayToModeration } from "@ghostllm/llm";
import type { GuardrailPart, ModerationCheck } from "#domain/guardrails/guardrail.ts";
import type { ProviderEntry } from "#domain/snapshot.ts";
import type { UpstreamRequest } from "#gateway/upstream/upstream.ts";
import type { Question, Verdict } from "./question.ts";

interface Asked {
  readonly provider: ProviderEntry;
  readonly request: UpstreamRequest;
}

/** Throws where the provider is not in use, or has no such endpoint. */
export function moderationRequest(check: ModerationCheck, { texts, providers }: Question): Asked {
  const provider = providers.get(check.provider);
  const way = provider && wayToModeration(provider.definition, check.model ?? "");
  if (!provider || !way) throw new Error(`the provider ${check.provider} cannot be asked`);
  const { baseUrl, settings, definition } = provider;
  return {
    provider,
    request: {
      method: "POST",
      url: urlOf(way, { baseUrl, settings, model: check.model ?? "", stream: false }),
      headers: { ...definition.headers, "content-type": "application/json" },
      body: JSON.stringify({ ...(check.model !== null && { model: check.model }), input: texts }),
    },
  };
}

interface Judging extends GuardrailPart {
  readonly check: ModerationCheck;
}

/** Throws where it is none. */
export function readModeration(answer: unknown, { check, action, replacement }: Judging, { texts }: Question): Verdict {
  const results = memberOf(answer, "results");
  if (!Array.isArray(results) || results.length !== texts.length)
    throw new Error("its answer does not have a result for each text");
  const found = results.map((result: unknown) => isFound(result, check));
  if (!found.includes(true)) return { outcome: "allow", texts: [], reason: null };
  return { outcome: action, texts: found.map((one) => (one ? replacement : null)), reason: null };
}

/** By scores where a threshold is given, otherwise by what the endpoint itself has decided. */
function isFound(result: unknown, { categories, threshold }: ModerationCheck): boolean {
  const told = memberOf(result, threshold === null ? "categories" : "category_scores");
  if (typeof told !== "object" || told === null) throw new Error("a result of it has no categories");
  const isOver = (value: unknown): boolean =>
    threshold === null ? value === true : typeof value === "number" && value >= threshold;
  return Object.entries(told).some(
    ([name, value]) => (categories === null || categories.includes(name)) && isOver(value),
  );
}
