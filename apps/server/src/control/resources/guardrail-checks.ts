// What a guardrail looks for, between the API's form and the store's, and what none can do.

import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { isAsked } from "#domain/guardrails/guardrail.ts";
import type { Guardrail, GuardrailCheck } from "#domain/guardrails/guardrail.ts";
import { faultOf } from "#domain/privacy/own-patterns.ts";
import { wayToModeration } from "@ghostllm/llm";
import type { Reach } from "#domain/access/may.ts";
import type { Egress } from "#domain/egress/egress.ts";
import { definitionOf } from "#control/snapshot/providers.ts";
import { invalid } from "./fields.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiCheck = RouteAnswer<AdminRoutes["guardrails"]["get"]>["check"];
type GivenCheck = Parameters<Resource<"guardrails">["create"]>[0]["body"]["check"];

/** Throws GhostError where a pattern is none. */
export function toCheck(check: GivenCheck, field = "check"): GuardrailCheck {
  if (check.kind === "json-schema") return { kind: check.kind, schema: check.schema, fromRequest: check.from_request };
  if (check.kind !== "text") return check;
  for (const [index, pattern] of check.patterns.entries()) {
    const fault = faultOf(pattern);
    if (fault !== null) throw invalid(`${field}.patterns[${index}]`, `The pattern cannot be used: ${fault}`);
  }
  const { whole_words: wholeWords, ...same } = check;
  return { ...same, wholeWords };
}

export function toApiCheck(check: GuardrailCheck): ApiCheck {
  if (check.kind === "moderation") return { ...check, categories: check.categories && [...check.categories] };
  if (check.kind === "json-schema")
    return { kind: check.kind, schema: check.schema && { ...check.schema }, from_request: check.fromRequest };
  if (check.kind !== "text") return { ...check };
  const { wholeWords, words, patterns, ...same } = check;
  return { ...same, whole_words: wholeWords, words: [...words], patterns: [...patterns] };
}

/** Throws GhostError. */
export function refuseImpossible(
  { check, action, stage }: Pick<Guardrail, "check" | "action" | "stage">,
  field = "action",
): void {
  if (isAsked({ check }) && action === "redact" && stage !== "input")
    throw invalid(
      field,
      "Of answers nobody else redacts anything, since a stream has been told by then: block, or flag",
    );
  if (check.kind === "size" && action === "redact")
    throw invalid(field, "What is too long cannot be redacted: block it, or flag it");
  if (check.kind !== "json-schema") return;
  if (action === "redact")
    throw invalid(field, "What does not match a schema cannot be redacted: block it, or flag it");
  if (stage !== "output") throw invalid("stage", "Answers alone are held to a JSON Schema: its stage is `output`");
}

/** Throws GhostError where its schema cannot be looked through. */
export async function refuseSchema(
  { schemaChecks }: Pick<ResourceDependencies, "schemaChecks">,
  check: GuardrailCheck,
  field = "check",
): Promise<void> {
  if (check.kind !== "json-schema" || check.schema === null) return;
  const fault = await schemaChecks.faultOf(check.schema).catch((error: unknown) => String(error));
  if (fault !== null) throw invalid(`${field}.schema`, `The schema cannot be used: ${fault}`);
}

type AskedDeps = Pick<ResourceDependencies, "store" | "egress" | "definitions">;

/** Somebody else is asked by the server, at its cost: that is for who reaches all to say. Throws GhostError. */
export async function refuseAsked(deps: AskedDeps, check: GuardrailCheck, reach: Reach): Promise<void> {
  if (!isAsked({ check })) return;
  if (reach !== "all")
    throw new GhostError("permission_denied", `It takes the right to change all for a ${check.kind}`);
  if (check.kind === "webhook") checkUrl(check.url, deps.egress);
  if (check.kind === "moderation") await checkProvider(deps, check.provider);
}

function checkUrl(text: string, egress: Egress): void {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw invalid("check.url", "No user and no password may be in it: a receiver knows this server by the signature");
  const fault = egress.faultOf(url);
  if (fault !== null) throw invalid("check.url", `${fault}. Give the address of a server that may be asked`);
}

async function checkProvider({ store, definitions }: AskedDeps, name: string): Promise<void> {
  const provider = (await store.providers.list()).find((one) => one.name === name);
  if (provider === undefined) throw invalid("check.provider", `There is no provider ${name}`);
  const definition = definitionOf(provider.providerType, { definitions });
  if (definition === undefined || wayToModeration(definition, "") === null)
    throw invalid("check.provider", `${name} offers no moderation endpoint in OpenAI's form`);
}
