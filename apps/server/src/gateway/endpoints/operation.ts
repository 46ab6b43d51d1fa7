// What operators and their machines ask of the server itself.

import { answerError, encodeForAnybody } from "#gateway/http/answer-error.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import type { Observers } from "#gateway/http/observers.ts";
import { routeOf } from "#gateway/http/route.ts";
import type { Route, Serve } from "#gateway/http/route.ts";
import { serveHealth, serveLiveness, serveReadiness, serveStatus } from "./health.ts";
import type { HealthDeps, StatusDeps } from "./health.ts";

export interface OperationDeps extends HealthDeps, StatusDeps, Pick<GatewayDeps, "steadyTime" | "events"> {
  readonly observers: Observers;
  /** The text of `/metrics` with its content type. */
  readonly readMetrics: () => Promise<{ readonly text: Buffer; readonly contentType: string }>;
}

export function operationRoutes(deps: OperationDeps): readonly Route[] {
  const table: readonly (readonly [path: string, serve: Serve])[] = [
    ["/health", (exchange) => serveHealth(deps, exchange)],
    ["/health/live", serveLiveness],
    ["/health/ready", (exchange) => serveReadiness(deps, exchange)],
    ["/status", observed(deps, (exchange) => serveStatus(deps, exchange))],
    ["/metrics", observed(deps, (exchange) => serveMetrics(deps, exchange))],
  ];
  const head = { method: "GET", encodeError: encodeForAnybody } as const;
  return table.map(([path, serve]) => routeOf(head, path, (exchange) => serve(exchange)));
}

type Observing = Pick<OperationDeps, "observers" | "snapshots" | "steadyTime" | "events">;

/** For those alone who may look. */
function observed(deps: Observing, serve: Serve): Serve {
  return (exchange) => {
    try {
      deps.observers.check(exchange, deps);
    } catch (error) {
      exchange.outlet.addHeaders({ "www-authenticate": "Bearer" });
      return answerError(deps.events, exchange, error, encodeForAnybody);
    }
    return serve(exchange);
  };
}

async function serveMetrics(
  { readMetrics, events }: Pick<OperationDeps, "readMetrics" | "events">,
  exchange: Exchange,
): Promise<void> {
  try {
    const { text, contentType } = await readMetrics();
    exchange.held.require(text.length);
    exchange.outlet.answer(200, { "content-type": contentType }, text);
  } catch (error) {
    answerError(events, exchange, error, encodeForAnybody);
  }
}
