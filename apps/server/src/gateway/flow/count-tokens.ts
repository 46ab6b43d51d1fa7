// How long a prompt is, where no vendor of the model says so in the client's dialect: an estimate, which asks nobody.

import { wayTo } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/exchange.ts";
import type { Candidates } from "./resolve.ts";

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

export async function answerCount(
  { estimator }: GatewayDeps,
  { exchange, request, dialect }: CountCall,
): Promise<void> {
  const { encodeTokenCount } = dialect.client;
  if (encodeTokenCount === undefined) throw new GhostError("internal_error", "a dialect that counts can say the count");
  const prompt = request.body.toString("utf8");
  const counts = await estimator.estimate({ dialect: dialect.name, prompt, answer: "", streamed: false });
  const tokens = counts?.promptTokens ?? Math.ceil(request.body.length / bytesPerToken);
  const headers = { "content-type": "application/json", "x-ghostllm-notes": "token count is an estimate" };
  exchange.answer(200, headers, encodeTokenCount(tokens));
}
