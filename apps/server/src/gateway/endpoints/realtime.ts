// A session in real time as a request: who asks, for which model, and then the flow. Called by channels/realtime-door.ts.

import { GhostError } from "@ghostllm/contract";
import { realtimePath } from "@ghostllm/contract/routes";
import { sessionDemand } from "@ghostllm/llm";
import type { Dialect, ParsedRequest } from "@ghostllm/llm";
import { routingHeader } from "#domain/routing/routing.ts";
import { routingOfHeader } from "#domain/routing/take-routing.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { RealtimeClient } from "#gateway/flow/ask/session-attempt.ts";
import { refuseSession } from "#gateway/flow/session/own-fields.ts";
import { execute } from "#gateway/flow/execute.ts";
import type { ExecuteDeps } from "#gateway/flow/execute.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { serveRequest } from "./serve-request.ts";
import type { Caller, ServeDeps } from "./serve-request.ts";

export type SessionDeps = ServeDeps & ExecuteDeps & Pick<GatewayDeps, "capacity">;

interface Asked {
  readonly exchange: Exchange;
  readonly dialect: Dialect;
  readonly realtime: RealtimeClient;
}

const operation = "realtime";

export function serveSession(deps: SessionDeps, { exchange, dialect, realtime }: Asked): Promise<void> {
  const { encodeError } = dialect.client;
  // It lasts as long as people talk.
  const lasting = { ...deps, timeouts: { ...deps.timeouts, totalMs: deps.capacity.realtime.sessionMs } };
  return serveRequest(deps, exchange, { endpoint: operation, encodeError, route: realtimePath }, async (caller) => {
    checkPolicies(caller);
    checkRouting(exchange);
    const request = requestFor(exchange);
    refuseSession(exchange, request);
    const asked = { request, demand: sessionDemand, protection: null };
    await execute(lasting, { exchange, outlet: exchange.outlet, ...caller, dialect, ...asked, realtime });
  });
}

/** It is not read here. */
function checkRouting(exchange: Exchange): void {
  const header = exchange.header(routingHeader);
  if (header !== undefined) routingOfHeader(header, operation, null);
}

/** Nobody can look into sound. */
function checkPolicies({ principal: { privacy } }: Caller): void {
  if (privacy === null) return;
  const message = "The privacy policy of this key cannot look into sessions in real time.";
  throw new GhostError("personal_data_refused", message);
}

function requestFor(exchange: Exchange): ParsedRequest {
  const query = new URLSearchParams(exchange.query);
  if (query.has("call_id")) {
    const message = "Calls that have begun elsewhere cannot be joined.";
    throw new GhostError("invalid_request_error", message, { param: "call_id" });
  }
  const model = query.get("model") ?? "";
  if (model === "") {
    const message = "Name a model: /v1/realtime?model=NAME.";
    throw new GhostError("invalid_request_error", message, { param: "model" });
  }
  return {
    ...{ operation, body: Buffer.alloc(0), members: null, model, stream: true, wantsStreamUsage: true },
    // No limit is said to the vendor: as much as the model can.
    ...{ promptTokensEstimate: 0, maxOutputTokens: 0, answers: 1 },
  };
}
