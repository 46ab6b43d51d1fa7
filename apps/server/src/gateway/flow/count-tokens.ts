// How long a prompt is: where no vendor of the model says so in the client's dialect, or those who could fail, an estimate.

import { wayTo } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Answer, VendorAnswer, WholeAnswer } from "#gateway/flow/answer/answer.ts";
import { notesHeader } from "#gateway/flow/answer/answer-headers.ts";
import { attemptTargets } from "#gateway/flow/ask/attempts.ts";
import type { AskDeps, AttemptsInput } from "#gateway/flow/ask/attempts.ts";
import { judge } from "#gateway/flow/ask/judge.ts";
import type { Call } from "./call.ts";
import type { Candidates } from "./resolve.ts";

/** Of English, for when the tokenizer has no time. */
const bytesPerToken = 4;
const json = { "content-type": "application/json" };

type CountCall = Pick<Call, "request" | "dialect">;
type Counting = Pick<GatewayDeps, "estimator">;

/** By a vendor of the model, in the client's dialect. */
export function canBeCounted({ dialect, request }: CountCall, { targets }: Candidates): boolean {
  return targets.some(({ target: { provider, model } }) => {
    return wayTo(provider.definition, dialect.name, request.operation, model) !== null;
  });
}

/**
 * By a vendor, or an estimate where none told it, whose fault that ever is: a client that counts before each turn must not be
 * stopped by it.
 */
export async function obtainCount(deps: AskDeps & Counting, input: AttemptsInput): Promise<Answer> {
  try {
    const answer = await attemptTargets(deps, input);
    if (judge(answer) === "accept" || isOfUnknownModel(answer)) return answer;
  } catch (error) {
    if (input.lifeline.severedBy !== null || !(error instanceof GhostError)) throw error;
    // What cannot be asked of a target, such as a field that it lacks, is the client's to know; a provider without room is not.
    if (error.status < 500 && error.status !== 429) throw error;
  }
  input.lifeline.abandon();
  return estimateCount(deps, input);
}

/** A server that does not count answers with 404 as well, but says nothing of the model. */
function isOfUnknownModel(answer: VendorAnswer): boolean {
  if (answer.kind !== "whole" || answer.error?.code !== "model_not_found") return false;
  return /\bmodels?\b/i.test(answer.error.message);
}

/** For a model none of whose vendors counts: nobody is asked, and nothing is written down. */
export async function answerCount(deps: Counting, call: CountCall & Pick<Call, "outlet">): Promise<void> {
  const { status, notes, body } = await estimateCount(deps, call);
  call.outlet.answer(status, { ...json, ...notesHeader(notes) }, body);
}

async function estimateCount({ estimator }: Counting, { request, dialect }: CountCall): Promise<WholeAnswer> {
  const { encodeTokenCount } = dialect.client;
  if (encodeTokenCount === undefined) throw new GhostError("internal_error", "a dialect that counts can say the count");
  const prompt = request.body;
  const counts = await estimator.estimate({ dialect: dialect.name, prompt, answer: "", streamed: false });
  const tokens = counts?.promptTokens ?? Math.ceil(prompt.length / bytesPerToken);
  return {
    ...{ kind: "whole", origin: "estimate", target: null, status: 200, usage: null, stored: null, error: null },
    headers: json,
    notes: ["token count is an estimate"],
    body: Buffer.from(encodeTokenCount(tokens)),
  };
}
