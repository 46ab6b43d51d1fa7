import { GhostError } from "@ghostllm/contract";
import { secretsOf } from "#domain/additions.ts";
import type { VendorAnswer } from "#gateway/flow/answer/answer.ts";
import type { Trail } from "#gateway/flow/trail.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import { judge } from "./judge.ts";
import type { Outcome } from "./judge.ts";
import type { Lifeline } from "./lifeline.ts";

interface Settled {
  readonly lifeline: Lifeline;
  readonly trail: Trail;
}

/** What the client is told in the end. */
export function settleOn(outcome: Outcome, { lifeline, trail }: Settled): VendorAnswer {
  const provider = trail.target?.provider.name ?? "the provider";
  if (lifeline.failure !== null) throw lifeline.failure;
  if (outcome instanceof UpstreamFailure) {
    const code = outcome.kind === "timeout" ? "timeout_error" : "provider_error";
    // A try of ours would be multiplied by the client's own, and a credential does not mend itself.
    const isFinal = trail.isTriedAgain || outcome.kind === "credential" || outcome.kind === "forbidden";
    throw new GhostError(code, `${provider}: ${outcome.message}.`, { cause: outcome, isFinal });
  }
  // A vendor's 401 is about the operator's credential: passed on, it would tell a client that its own key is wrong.
  const isRefused = outcome.kind === "whole" && (outcome.status === 401 || outcome.error?.code === "invalid_api_key");
  if (!isRefused && !tellsCredential(outcome)) return outcome;
  lifeline.abandon();
  throw new GhostError("provider_error", `${provider} refused the credential that the operator configured.`, {
    isFinal: true,
  });
}

/** Some vendors quote the key that they refuse. */
function tellsCredential(answer: VendorAnswer): boolean {
  if (judge(answer) === "accept" && answer.status < 400) return false;
  const bytes = answer.kind === "whole" ? answer.body : answer.first;
  return bytes !== null && secretsOf(answer.target.provider).some((secret) => bytes.includes(secret.reveal()));
}
