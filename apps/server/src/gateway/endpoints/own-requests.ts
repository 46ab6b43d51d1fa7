// `GET /v1/requests/{id}`: why a request went as it did, for the key that made it. Any key may ask, for its own requests alone; what they are
// told is made by control, which has the records.

import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { identify } from "#gateway/http/identify.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";

type OwnRequestsDeps = Pick<GatewayDeps, "snapshots" | "steadyTime" | "events" | "toldRequests">;

const json = { "content-type": "application/json", "cache-control": "no-store" };
const head = { method: "GET", encodeError: encodeForAnybody } as const;

export function ownRequestsRoutes(deps: OwnRequestsDeps): readonly Route[] {
  return [routeOf(head, "/v1/requests/{id}", (exchange, id) => serveOwnRequest(deps, exchange, id ?? ""))];
}

async function serveOwnRequest(deps: OwnRequestsDeps, exchange: Exchange, id: string): Promise<void> {
  try {
    const { keyId } = identify(exchange, deps.snapshots.current(), deps.steadyTime);
    const told = await ask(deps, id, keyId);
    if (told === null)
      throw new GhostError("not_found", `This key has made no request ${id.slice(0, 100)} that is kept.`);
    exchange.outlet.answer(200, json, told);
  } catch (error) {
    answerError(deps.events, exchange, error, encodeForAnybody);
  }
}

async function ask({ toldRequests, events }: OwnRequestsDeps, id: string, keyId: string): Promise<string | null> {
  try {
    return await toldRequests.find(id, keyId);
  } catch (error) {
    events.internalError("own request", error);
    throw new GhostError("service_unavailable", "Requests cannot be read at the moment.", { retryAfterSeconds: 5 });
  }
}
