// Checks that somebody else makes: a webhook of an operator, or the moderation endpoint of a provider. Texts go there with placeholders in
// them, where a privacy policy has put them. Invariant: each has its deadline, and who is asked is told to stop when nobody waits.

import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import { decoded } from "#gateway/upstream/decoded-answer.ts";
import { readWhole } from "#gateway/upstream/read-whole.ts";
import type { UpstreamCall, UpstreamRequest } from "#gateway/upstream/upstream.ts";
import type { AskDeps, Question, Verdict } from "./question.ts";
import { moderationRequest, readModeration } from "./moderation.ts";
import { readVerdict, webhookRequest } from "./webhook.ts";

const longestAnswer = 8 * 1024 * 1024;

/** Rejects where no verdict came, or none that can be read. `onCall` is told of what can be aborted. */
export async function askCheck(
  deps: AskDeps,
  guardrail: GuardrailPart,
  question: Question,
  onCall: (call: Pick<UpstreamCall, "abort">) => void,
): Promise<Verdict> {
  const { check } = guardrail;
  if (check.kind === "webhook") {
    const request = webhookRequest(deps, { ...guardrail, check }, question);
    return readVerdict(await send(deps, guardrail, request, onCall), question);
  }
  if (check.kind !== "moderation") throw new Error("nobody is asked for this check");
  const asked = moderationRequest(check, question);
  const request = await deps.authenticator.authenticate(asked.request, asked.provider);
  return readModeration(await send(deps, guardrail, request, onCall), { ...guardrail, check }, question);
}

/** Its JSON. */
async function send(
  { upstream }: AskDeps,
  { deadlineMs }: GuardrailPart,
  request: UpstreamRequest,
  onCall: (call: Pick<UpstreamCall, "abort">) => void,
): Promise<unknown> {
  const call = upstream.send({ ...request, headers: { ...request.headers, "accept-encoding": "identity" } });
  const timer = setTimeout(() => call.abort(), deadlineMs);
  onCall(call);
  try {
    const answer = decoded(await call.answer);
    const { body, complete } = await readWhole(answer, longestAnswer);
    if (!complete) call.abort();
    if (!complete || answer.status !== 200) throw new Error(`it answered with the status ${answer.status}`);
    return JSON.parse(body.toString("utf8"));
  } finally {
    clearTimeout(timer);
  }
}
