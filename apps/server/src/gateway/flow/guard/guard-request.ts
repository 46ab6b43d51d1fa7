// Holds a request to the guardrails before any vendor is asked. Called by run.ts, with what was admitted, behind the privacy policy.

import { GhostError } from "@ghostllm/contract";
import type { ParsedRequest } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { Guarding } from "./guarding.ts";
import { lookAt } from "./look-at.ts";

export type GuardRequestDeps = Pick<GatewayDeps, "heavyWork">;

/** The request as it may be asked; the same where nothing was redacted. Throws GhostError `content_blocked`. */
export function guardRequest(deps: GuardRequestDeps, run: Run): Awaitable<ParsedRequest> {
  const { guarding, request, work, looksAt, realtime } = run;
  if (guarding !== null && realtime !== undefined) return unlooked(guarding, request);
  const guardrails = guarding?.at("input") ?? [];
  if (guarding === null || guardrails.length === 0) return request;
  if (looksAt !== undefined || request.body.length === 0) return request;
  return hold(deps, run, guarding, { guardrails, isUnseen: work === "unseen" });
}

/** Nobody looks into what is said in a session in real time. */
function unlooked(guarding: Guarding, request: ParsedRequest): ParsedRequest {
  const refusal = guarding.failAll("input") ?? guarding.failAll("output");
  if (refusal !== null) throw refusal;
  return request;
}

interface Holding {
  readonly guardrails: readonly GuardrailPart[];
  /** What it asks is in a file. */
  readonly isUnseen: boolean;
}

async function hold(
  deps: GuardRequestDeps,
  { request, dialect, exchange, line, lifeline }: Run,
  guarding: Guarding,
  { guardrails, isUnseen }: Holding,
): Promise<ParsedRequest> {
  const contentType = request.form?.contentType ?? exchange.header("content-type") ?? "";
  const isForm = /^multipart\//i.test(contentType);
  const { body: given } = request;
  const looked = await lookAt(deps, guardrails, { stage: "input", body: given, dialect, contentType, isForm });
  if (lifeline.severedBy !== null) throw lifeline.failure ?? new GhostError("provider_error", "The client left.");
  const refused = guarding.note("input", guardrails, looked.hits);
  const refusal = refused ?? (isUnseen || looked.body === null ? guarding.failAll("input") : null);
  if (refusal !== null) throw refusal;
  const { body } = looked;
  if (body === null || body === given) return request;
  if (line === undefined) return { ...request, body };
  const { operation } = request;
  if (body.length <= heavyBytes) return dialect.client.parseRequest(operation, body, line);
  const job = { dialect: dialect.name, operation, line: line, body, wantsDemand: false, guard: null };
  return (await deps.heavyWork.parse(job)).request;
}
