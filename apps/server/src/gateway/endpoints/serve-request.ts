import { GhostError } from "@ghostllm/contract";
import type { KeyEndpoint } from "@ghostllm/contract";
import { checkEndpoint } from "#domain/access/key-use.ts";
import type { Principal } from "#domain/principal.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import { answerError } from "#gateway/http/answer-error.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Exchange } from "#gateway/http/exchange.ts";
import { actingFor } from "#gateway/http/acting-for.ts";
import { identify } from "#gateway/http/identify.ts";

export type ServeDeps = Pick<GatewayDeps, "events" | "readiness" | "snapshots" | "steadyTime">;

export interface Caller {
  readonly principal: Principal;
  /** In which it was found. */
  readonly snapshot: Snapshot;
}

interface Served {
  /** What the key must be allowed. */
  readonly endpoint: KeyEndpoint;
  readonly encodeError: (error: GhostError) => string;
  /** The pattern of its path. */
  readonly route: string;
}

/** What all requests to vendors have in common: a server that is ready, a caller who is known, and errors in their dialect. */
export async function serveRequest(
  deps: ServeDeps,
  exchange: Exchange,
  { endpoint, encodeError, route }: Served,
  serve: (caller: Caller) => Promise<void>,
): Promise<void> {
  deps.events.requestStarted();
  exchange.trace?.serve(route, exchange.path, exchange.isSecure);
  try {
    if (deps.readiness.notReadyBecause !== null) {
      throw new GhostError("service_unavailable", `GhostLLM is ${deps.readiness.notReadyBecause}.`, {
        retryAfterSeconds: 2,
      });
    }
    const snapshot = deps.snapshots.current();
    const holder = identify(exchange, snapshot, deps.steadyTime);
    exchange.held.key = holder.keyId;
    checkEndpoint(holder, endpoint);
    const principal = actingFor(exchange, snapshot, holder);
    exchange.trace?.identified(principal, exchange.elapsedMs());
    await serve({ principal, snapshot });
  } catch (error) {
    answerError(deps.events, exchange, error, encodeError);
  } finally {
    // Not before the client has its answer: until then its bytes are held here.
    exchange.outlet.whenLeft(() => {
      deps.events.requestEnded();
      exchange.trace?.end(exchange.elapsedMs());
    });
  }
}
