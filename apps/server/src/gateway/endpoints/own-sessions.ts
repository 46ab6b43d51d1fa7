// `/v1/sessions`: the conversations that are kept for the user of a key, as `/admin/chat-sessions` has them for who has signed in. Any key may ask,
// for its own user and its own team; what is told is made by control.

import { GhostError } from "@ghostllm/contract";
import type { GatewayDeps } from "#gateway/deps.ts";
import { actingFor } from "#gateway/http/acting-for.ts";
import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { identify } from "#gateway/http/identify.ts";
import { readBody } from "#gateway/http/read-body.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route, RouteHead } from "#gateway/http/route.ts";
import type { DeedAnswer, SessionDeed } from "#link/chat-sessions.ts";

type Deps = Pick<GatewayDeps, "snapshots" | "steadyTime" | "events" | "chatSessions" | "limits" | "timeouts">;

type Owner = Pick<SessionDeed, "userId" | "teamId" | "by">;

const json = { "content-type": "application/json", "cache-control": "no-store" };
/** A title, and a word. */
const mostBytes = 4_096;

export function ownSessionsRoutes(deps: Deps): readonly Route[] {
  const route = (
    method: RouteHead["method"],
    path: string,
    ask: (owner: Owner, id: string, exchange: Exchange) => Promise<DeedAnswer>,
  ): Route =>
    routeOf({ method, encodeError: encodeForAnybody }, path, (exchange, id) =>
      serve(deps, exchange, id ?? "", (owner) => ask(owner, id ?? "", exchange)),
    );
  const manage: (...given: Parameters<GatewayDeps["chatSessions"]["manage"]>) => Promise<DeedAnswer> = async (deed) =>
    deps.chatSessions.manage(deed);
  return [
    route("GET", "/v1/sessions", (owner, _id, { query }) => manage({ ...owner, kind: "list", query })),
    route("GET", "/v1/sessions/{id}", (owner, id) => manage({ ...owner, kind: "read", id })),
    route("POST", "/v1/sessions/{id}", async (owner, id, exchange) =>
      manage({ ...owner, kind: "change", id, body: (await readChange(deps, exchange)).toString("utf8") }),
    ),
    route("DELETE", "/v1/sessions/{id}", (owner, id) => manage({ ...owner, kind: "remove", id })),
  ];
}

async function serve(
  deps: Deps,
  exchange: Exchange,
  id: string,
  ask: (owner: Owner) => Promise<DeedAnswer>,
): Promise<void> {
  try {
    const answer = await ask(ownerOf(deps, exchange));
    if (answer.kind !== "done") throw refusalOf(answer, id);
    exchange.held.require(answer.json.length);
    exchange.outlet.answer(200, json, answer.json);
  } catch (error) {
    answerError(deps.events, exchange, error, encodeForAnybody);
  }
}

function ownerOf({ snapshots, steadyTime }: Deps, exchange: Exchange): Owner {
  const snapshot = snapshots.current();
  const principal = actingFor(exchange, snapshot, identify(exchange, snapshot, steadyTime));
  const { userId, teamId, keyId, publicId } = principal;
  const place = { address: exchange.ipAddress ?? "", userAgent: exchange.userAgent ?? "", requestId: exchange.id };
  return { userId, teamId, by: { keyId, publicId, ...place } };
}

function readChange({ limits, timeouts }: Deps, exchange: Exchange): Promise<Buffer> {
  const { held } = exchange;
  return readBody(exchange, {
    ...{ maxBytes: mostBytes, values: limits.bodyValues, idleMs: timeouts.requestBodyIdleMs, held },
  });
}

function refusalOf(answer: Exclude<DeedAnswer, { readonly kind: "done" }>, id: string): GhostError {
  switch (answer.kind) {
    case "not_found":
      return new GhostError("not_found", `There is no session ${id.slice(0, 100)} of this user and this key's team.`);
    case "invalid":
      return new GhostError("invalid_request_error", `Invalid '${answer.param}': ${answer.message}`, {
        param: answer.param,
      });
    case "unknown":
      return new GhostError("service_unavailable", "Sessions cannot be read at the moment.", { retryAfterSeconds: 5 });
  }
}
