// Holds a request to the guardrails before any vendor is asked. Called by run.ts, with what was admitted, behind the privacy policy, and by
// estimate.ts.

import type { ParsedRequest } from "@ghostllm/llm";
import type { Awaitable } from "#domain/clock.ts";
import { isAsked } from "#domain/guardrails/guardrail.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Admitted, Run } from "#gateway/flow/call.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { AskDeps } from "./question.ts";
import type { Guarding } from "./guarding.ts";
import { gone, judgeTexts } from "./judge-texts.ts";
import { lookAt, putTexts } from "./look-at.ts";

export type GuardRequestDeps = Pick<GatewayDeps, "heavyWork"> & AskDeps;

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
  run: Run,
  guarding: Guarding,
  { guardrails, isUnseen }: Holding,
): Promise<ParsedRequest> {
  const { request, lifeline } = run;
  const { body: given } = request;
  const about = aboutOf(run);
  const asked = guardrails.filter(isAsked);
  const looked = await lookAt(deps, guardrails, { ...about, body: given, wantsTexts: asked.length > 0 });
  if (lifeline.severedBy !== null) throw gone(run);
  const refused = guarding.note("input", guardrails, looked.hits);
  const refusal = refused ?? (isUnseen || looked.body === null ? guarding.failAll("input") : null);
  if (refusal !== null) throw refusal;
  if (looked.body === null) return request;
  let { body } = looked;
  if (asked.length > 0) {
    const judging = { stage: "input", guarding, guardrails: asked, texts: looked.texts, isPart: false } as const;
    const judged = await judgeTexts(deps, run, { ...judging, onCall: (call) => lifeline.hold(call) });
    if (judged.refusal !== null) throw judged.refusal;
    if (judged.texts !== looked.texts) body = await putTexts(deps, { ...about, body }, judged.texts);
  }
  return body === given ? request : readAgain(deps, run, body);
}

/** The same, where nobody is asked: who would be asked about its texts is left out. Throws as above. */
export async function guardEstimate(deps: Pick<GatewayDeps, "heavyWork">, run: Admitted): Promise<ParsedRequest> {
  const { guarding, request } = run;
  const guardrails = guarding?.at("input").filter((one) => !isAsked(one)) ?? [];
  if (guarding === null || guardrails.length === 0) return request;
  const { hits, body } = await lookAt(deps, guardrails, { ...aboutOf(run), body: request.body, wantsTexts: false });
  const refusal = guarding.note("input", guardrails, hits) ?? (body === null ? guarding.failAll("input") : null);
  if (refusal !== null) throw refusal;
  return body === null || body === request.body ? request : readAgain(deps, run, body);
}

function aboutOf({ request, dialect, exchange }: Admitted) {
  const contentType = request.form?.contentType ?? exchange.header("content-type") ?? "";
  return { stage: "input", dialect, contentType, isForm: /^multipart\//i.test(contentType) } as const;
}

/** What is passed on as it came is not read. */
async function readAgain(
  deps: Pick<GatewayDeps, "heavyWork">,
  { request, dialect, line }: Admitted,
  body: Buffer,
): Promise<ParsedRequest> {
  if (line === undefined) return { ...request, body };
  const { operation } = request;
  if (body.length <= heavyBytes) return dialect.client.parseRequest(operation, body, line);
  const job = { dialect: dialect.name, operation, line: line, body, wantsDemand: false, guard: null };
  return (await deps.heavyWork.parse(job)).request;
}
