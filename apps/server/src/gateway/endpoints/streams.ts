// Streams that clients come back to: `GET /v1/streams/{id}`, whatever the dialect of the stream is, and what makes a stream one of them.

import { GhostError } from "@ghostllm/contract";
import type { Dialect } from "@ghostllm/llm";
import type { GatewayDeps } from "#gateway/deps.ts";
import { actingFor } from "#gateway/http/acting-for.ts";
import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { identify } from "#gateway/http/identify.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route } from "#gateway/http/route.ts";
import { ResumableOutlet } from "#gateway/streams/resumable-outlet.ts";
import { ownerOf, resume } from "#gateway/streams/resumption.ts";
import type { ResumptionDeps } from "#gateway/streams/resumption.ts";
import { placeWithin } from "#gateway/streams/stream-place.ts";
import type { Caller } from "./serve-request.ts";

type StreamsDeps = ResumptionDeps & Pick<GatewayDeps, "snapshots" | "steadyTime" | "events">;
export type ResumableDeps = Pick<GatewayDeps, "streams" | "clock" | "capacity">;

const head = { method: "GET", encodeError: encodeForAnybody } as const;
const resumableHeader = "x-ghostllm-resumable";

export function streamRoutes(deps: StreamsDeps): readonly Route[] {
  return [routeOf(head, "/v1/streams/{id}", (exchange, id) => serveStream(deps, exchange, id ?? ""))];
}

/** Any key may ask, for what it has asked for itself alone. */
async function serveStream(deps: StreamsDeps, exchange: Exchange, id: string): Promise<void> {
  deps.events.requestStarted();
  try {
    const snapshot = deps.snapshots.current();
    const principal = actingFor(exchange, snapshot, identify(exchange, snapshot, deps.steadyTime));
    await resume(deps, { exchange, principal, place: placeWithin(id, exchange) });
  } catch (error) {
    answerError(deps.events, exchange, error, encodeForAnybody);
  } finally {
    exchange.outlet.whenLeft(() => deps.events.requestEnded());
  }
}

interface Asked extends Pick<Caller, "principal"> {
  readonly exchange: Exchange;
  readonly dialect: Dialect;
  readonly body: Buffer;
}

/** Null, as for almost all: the client has not asked to be able to come back. */
export function resumableOutletOf(deps: ResumableDeps, asked: Asked): ResumableOutlet | null {
  const wish = asked.exchange.header(resumableHeader);
  if (wish === undefined || wish === "false") return null;
  if (wish !== "true")
    throw new GhostError("invalid_request_error", `'${resumableHeader}' is true or false.`, { param: resumableHeader });
  const { exchange, principal, dialect, body } = asked;
  const { streams, clock, capacity } = deps;
  return new ResumableOutlet(exchange.outlet, {
    ...{ streams, clock, settings: capacity.streams, id: exchange.id },
    about: { owner: ownerOf(principal), dialect: dialect.name },
    hold: newHold(exchange, body.length),
  });
}

/** What a request holds is given back when its client has left; one that goes on holds it in another name. */
function newHold(exchange: Exchange, bytes: number) {
  const hold = exchange.newHold();
  hold.key = exchange.held.key;
  return { take: () => hold.become(bytes) === null, release: () => hold.release() };
}
