import type { IncomingHttpHeaders } from "node:http";
import { GhostError } from "@ghostllm/contract";
import { dialects } from "@ghostllm/llm";
import { readTraceContext } from "#edge/trace-context.ts";
import type { AnsweredError, Events } from "#telemetry/events.ts";
import type { Exchange } from "./exchange.ts";

export type ErrorEvents = Pick<Events, "errorAnswered" | "internalError">;

/** As clients of the first dialect read it, where nobody knows which one it is. */
export function encodeForAnybody(error: GhostError): string {
  return Object.values(dialects)[0]?.client.encodeError(error) ?? "";
}

/** Answers with an error of the catalogue; anything else that was thrown is a fault of ours and says nothing outside. */
export function answerError(
  events: ErrorEvents,
  exchange: Exchange,
  thrown: unknown,
  encode: (error: GhostError) => string,
): void {
  const error = thrown instanceof GhostError ? thrown : internalError(events, exchange, thrown);
  // Who has left is told nothing.
  if (!exchange.outlet.isClientGone) exchange.trace?.refused(error.code, error.status);
  events.errorAnswered({
    requestId: exchange.id,
    path: exchange.path,
    code: error.code,
    status: error.status,
    keyId: exchange.held.key,
    refusedKeyHash: exchange.refusedKeyHash,
    address: exchange.ipAddress,
    ...namesByClient(exchange.request.headers),
  });
  if (exchange.outlet.hasBegun) {
    exchange.outlet.cut(null);
    return;
  }
  const headers = {
    "content-type": "application/json",
    ...(error.retryAfterSeconds !== undefined && { "retry-after": String(error.retryAfterSeconds) }),
    ...(error.reference !== undefined && { "x-ghostllm-consent-id": error.reference }),
    // The official SDKs send a 409, a 429 and whatever is above 499 again unless they are told that it is of no use.
    ...(!error.isRetryable && { "x-should-retry": "false" }),
    // Whoever stalls in the middle of a request cannot send another one on the same connection.
    ...(error.code === "request_timeout" && { connection: "close" }),
  };
  exchange.body.dropRest();
  exchange.outlet.answer(error.status, headers, encode(error));
}

/** By what the client's own logs know the request. */
function namesByClient(headers: IncomingHttpHeaders): Pick<AnsweredError, "traceId" | "clientRequestId"> {
  const given = headers["x-client-request-id"] ?? headers["x-request-id"];
  const traceId = readTraceContext(headers)?.traceId;
  return {
    ...(traceId !== undefined && { traceId }),
    ...(typeof given === "string" && /^[\w.:+/=@-]{1,128}$/.test(given) && { clientRequestId: given }),
  };
}

function internalError(events: ErrorEvents, exchange: Exchange, thrown: unknown): GhostError {
  events.internalError(`request ${exchange.id}`, thrown);
  return new GhostError("internal_error", "A fault in GhostLLM. Please report it with the request id.");
}
