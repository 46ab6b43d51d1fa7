// What a webhook is asked and answers: JSON, signed as events are (docs/guardrails.md).

import { memberOf } from "@ghostllm/llm";
import type { GuardrailPart, WebhookCheck } from "#domain/guardrails/guardrail.ts";
import { toSecret } from "#domain/secret.ts";
import { signedHeaders } from "#domain/webhook-signature.ts";
import type { UpstreamRequest } from "#gateway/upstream/upstream.ts";
import type { AskDeps, Question, Verdict } from "./question.ts";

interface Asking extends GuardrailPart {
  readonly check: WebhookCheck;
}

/** Throws where its secret is not known. */
export function webhookRequest(
  { clock, version }: Pick<AskDeps, "clock" | "version">,
  { check, id, name, secret }: Asking,
  { stage, texts, isPart, requestId, model, keyId, userId, teamId }: Question,
): UpstreamRequest {
  if (secret === null) throw new Error("the secret of the webhook does not open");
  const who = { key_id: keyId, user_id: userId, team_id: teamId };
  const about = { guardrail: { id, name }, stage, request_id: requestId, model, is_part: isPart };
  const body = JSON.stringify({ ...about, ...who, texts });
  const timestamp = Math.floor(clock.now() / 1000);
  return {
    ...{ method: "POST", url: check.url, body },
    headers: {
      "content-type": "application/json; charset=utf-8",
      "user-agent": `GhostLLM/${version}`,
      ...signedHeaders(toSecret(secret), { id: requestId, timestamp, body }),
    },
  };
}

const outcomes: readonly Verdict["outcome"][] = ["allow", "flag", "redact", "block"];
const longestReason = 300;

/** Throws where it is none. */
export function readVerdict(answer: unknown, { texts: asked }: Question): Verdict {
  const action = memberOf(answer, "action");
  const outcome = outcomes.find((one) => one === action);
  if (outcome === undefined) throw new Error("its answer has no action that is known");
  const given = memberOf(answer, "reason");
  const reason = typeof given === "string" && given !== "" ? given.slice(0, longestReason).toWellFormed() : null;
  return { outcome, texts: outcome === "redact" ? textsIn(answer, asked) : [], reason };
}

function textsIn(answer: unknown, asked: readonly string[]): Verdict["texts"] {
  const texts = memberOf(answer, "texts");
  if (!Array.isArray(texts) || texts.length !== asked.length)
    throw new Error("it redacts other texts than it was told");
  return texts.map((text: unknown, at) => {
    if (typeof text !== "string") throw new Error("one of its texts is none");
    return text === asked[at] ? null : text;
  });
}
