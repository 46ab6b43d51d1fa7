// Whole answers of chats, held to JSON Schemas. Called by guard-answer.ts, of streams when all of them is there.

import { crossesAs } from "@ghostllm/llm";
import type { Operation } from "@ghostllm/llm";
import type { GhostError } from "@ghostllm/contract";
import type { GuardrailPart, SchemaCheck } from "#domain/guardrails/guardrail.ts";
import { wordsOf } from "#domain/guardrails/schema-checks.ts";
import type { SchemaFault } from "#domain/guardrails/schema-checks.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import type { Guarding } from "./guarding.ts";
import { gone } from "./judge-texts.ts";

export type SchemaDeps = Pick<GatewayDeps, "schemaChecks">;

type SchemaGuardrail = GuardrailPart & { readonly check: SchemaCheck };

interface Told {
  readonly body: Buffer;
  readonly contentType: string;
}

const withTexts: ReadonlySet<Operation> = new Set(["chat.completions", "responses", "completions"]);

/** Those that say what its answer is to be: of chats, of what a vendor keeps of them, and of prompts that are completed. */
export function schemasFor(guarding: Guarding, { request }: Pick<Run, "request">): readonly SchemaGuardrail[] {
  const { operation } = request;
  if (crossesAs(operation) !== "chat.completions" && !withTexts.has(operation)) return [];
  return guarding
    .at("output")
    .flatMap((one) => (one.check.kind === "json-schema" ? [{ ...one, check: one.check }] : []));
}

/** Why the client is not told; null where it is. */
export async function checkSchemas(
  deps: SchemaDeps,
  run: Run,
  guardrails: readonly SchemaGuardrail[],
  told: Told,
): Promise<GhostError | null> {
  const { guarding } = run;
  if (guarding === null) return null;
  for (const guardrail of guardrails) {
    const fault = await look(deps, run, guardrail, told);
    if (run.lifeline.severedBy !== null) throw gone(run);
    const reason = fault === null || fault === "unknown" ? null : wordsOf(fault);
    const refusal =
      fault === "unknown"
        ? guarding.fail("output", guardrail)
        : guarding.noteVerdict("output", guardrail, { outcome: reason === null ? "allow" : "block", reason });
    if (refusal !== null) return refusal;
  }
  return null;
}

async function look(
  { schemaChecks }: SchemaDeps,
  { dialect, request }: Run,
  { check, deadlineMs }: SchemaGuardrail,
  told: Told,
): Promise<SchemaFault | "unknown" | null> {
  const isStored = request.operation === "responses";
  const asked = { check, dialect: dialect.name, told: { ...told, isWhole: true }, request: isStored ? null : request };
  try {
    return await schemaChecks.answer(asked, deadlineMs);
  } catch {
    return "unknown";
  }
}
