// How long a prompt is: where no vendor of the model says so in the client's dialect, or those who could fail, an estimate.

import { wayTo } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { attemptTargets } from "#gateway/flow/ask/attempts.ts";
import type { AttemptsInput } from "#gateway/flow/ask/attempts.ts";
import type { Run } from "#gateway/flow/answer/deliver.ts";
import { finish } from "./finish.ts";
import { noUsage } from "#gateway/flow/answer/measured-usage.ts";
import { judge } from "#gateway/flow/ask/judge.ts";
import type { Candidates } from "./resolve.ts";
import type { VendorAnswer } from "#gateway/flow/ask/vendor-answer.ts";

/** Of English, for when the tokenizer has no time. */
const bytesPerToken = 4;

interface CountCall {
  readonly exchange: Exchange;
  readonly request: ParsedRequest;
  /** The client's. */
  readonly dialect: Dialect;
}

/** By a vendor of the model, in the client's dialect. */
export function canBeCounted({ dialect, request }: CountCall, { targets }: Candidates): boolean {
  return targets.some(({ target: { provider, model } }) => {
    return wayTo(provider.definition, dialect.name, request.operation, model) !== null;
  });
}

/** Null where no vendor told it, whose fault that ever is: a client that counts before each turn must not be stopped by it. */
export async function attemptCount(deps: GatewayDeps, input: AttemptsInput): Promise<VendorAnswer | null> {
  try {
    const answer = await attemptTargets(deps, input);
    return judge(answer) === "accept" || isOfUnknownModel(answer) ? answer : null;
  } catch (error) {
    if (input.lifeline.severedBy !== null || !(error instanceof GhostError)) throw error;
    // What cannot be asked of a target, such as a field that it lacks, is the client's to know.
    if (error.status < 500) throw error;
    return null;
  }
}

/** A server that does not count answers with 404 as well, but says nothing of the model. */
function isOfUnknownModel(answer: VendorAnswer): boolean {
  if (answer.kind !== "whole" || answer.error?.code !== "model_not_found") return false;
  return /\bmodels?\b/i.test(answer.error.message);
}

/** The estimate, and a record that says that it cost nothing. */
export async function answerFailedCount(deps: GatewayDeps, run: Run): Promise<void> {
  const { trail, exchange, lifeline } = run;
  lifeline.abandon();
  const ending = { status: "ok", httpStatus: 200, errorCode: null, usage: noUsage } as const;
  const times = { ttftMs: null, overheadMs: exchange.elapsedMs() - trail.upstreamMs };
  trail.isFinished = true;
  if (trail.target !== null) await finish(deps, { ...run, target: trail.target, ending: { ...ending, ...times } });
  await answerCount(deps, run);
}

export async function answerCount(
  { estimator }: GatewayDeps,
  { exchange, request, dialect }: CountCall,
): Promise<void> {
  const { encodeTokenCount } = dialect.client;
  if (encodeTokenCount === undefined) throw new GhostError("internal_error", "a dialect that counts can say the count");
  const prompt = request.body;
  const counts = await estimator.estimate({ dialect: dialect.name, prompt, answer: "", streamed: false });
  const tokens = counts?.promptTokens ?? Math.ceil(request.body.length / bytesPerToken);
  const headers = { "content-type": "application/json", "x-ghostllm-notes": "token count is an estimate" };
  exchange.answer(200, headers, encodeTokenCount(tokens));
}
