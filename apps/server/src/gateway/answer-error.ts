import { GhostError } from "@ghostllm/contract";
import type { Exchange } from "./exchange.ts";
import type { GatewayDeps } from "./deps.ts";

/** Answers with an error of the catalogue; anything else that was thrown is a fault of ours and says nothing outside. */
export function answerError(
  deps: GatewayDeps,
  exchange: Exchange,
  thrown: unknown,
  encode: (error: GhostError) => string,
): void {
  const error = thrown instanceof GhostError ? thrown : internalError(deps, exchange, thrown);
  deps.events.errorAnswered({
    requestId: exchange.id,
    path: exchange.path,
    code: error.code,
    status: error.status,
    message: error.message,
  });
  if (exchange.areHeadersSent) {
    exchange.response.destroy();
    return;
  }
  const retryAfter = error.retryAfterSeconds === undefined ? {} : { "retry-after": String(error.retryAfterSeconds) };
  exchange.answer(error.status, { "content-type": "application/json", ...retryAfter }, encode(error));
}

function internalError(deps: GatewayDeps, exchange: Exchange, thrown: unknown): GhostError {
  deps.events.internalError(`request ${exchange.id}`, thrown);
  return new GhostError("internal_error", "A fault in GhostLLM. Please report it with the request id.");
}
