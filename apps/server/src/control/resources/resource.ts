// What every admin resource is made of. One file per resource in this folder; control/http binds them to the contract.
// Invariant: a handler that changes what the gateway sees awaits `changed` before it answers.

import type { AdminRoute, AdminRoutes, ParsedInput, RouteAnswer } from "@ghostllm/contract/routes";
import type { FetchJson } from "#control/catalog/vendor.ts";
import type { ControlLog } from "#control/control-log.ts";
import type { PriceSource } from "#control/prices/price-source.ts";
import type { Sessions } from "#control/sessions/sessions.ts";
import type { ProviderSources } from "#control/snapshot/providers.ts";
import type { Store } from "#control/store/store.ts";
import type { Actor } from "#domain/access/actor.ts";
import type { Reach } from "#domain/access/may.ts";
import type { Clock, SteadyTime } from "#domain/clock.ts";
import type { Egress } from "#domain/egress/egress.ts";
import type { Snapshot } from "#domain/snapshot.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { ConfigurationInForce } from "#control/system/configuration-in-force.ts";
import type { SystemMonitor } from "#control/system/system-monitor.ts";
import type { Health } from "#link/health.ts";
import type { Journal } from "#link/journal/journal.ts";
import type { Right } from "#domain/right.ts";

export interface ResourceDependencies extends ProviderSources {
  readonly store: Omit<Store, "credentials">;
  readonly sessions: Sessions;
  readonly fetchJson: FetchJson;
  /** Resolves when the change is in force on the gateway. */
  readonly changed: () => Promise<void>;
  /** Ends what runs by a right that is no more; a snapshot of a large store may take longer than that should. */
  readonly withdraw: (right: Right) => Promise<void>;
  /** The snapshot in force. */
  readonly snapshot: () => Snapshot;
  /** The list of prices in force. */
  readonly prices: Pick<PriceSource, "current" | "state" | "refresh">;
  /** Whom this server may ask. */
  readonly egress: Egress;
  readonly clock: Clock;
  /** Targets that the gateway leaves alone for a while. */
  readonly resting: () => readonly RestingTarget[];
  /** Requests that no vendor was asked for. */
  readonly refusals: Pick<Refusals, "latest">;
  readonly health: Pick<Health, "parts">;
  readonly journal: Pick<Journal, "healthy" | "pendingRecords" | "pendingBytes">;
  readonly monitor: SystemMonitor;
  readonly configuration: ConfigurationInForce;
  readonly dataDir: string;
  /** Of GhostLLM. */
  readonly version: string;
  /** How many pages are told signals. */
  readonly lookingOn: () => number;
  /** By which keys and sessions end. */
  readonly steadyTime: SteadyTime;
  readonly log: ControlLog;
}

/** The browser of somebody who has signed in to the console. */
export interface Browser {
  /** Rejects what a page of another origin has sent. */
  refuseOtherPages(): void;
  /** Until then, in epoch ms. */
  keepSession(token: string, expiresAt: number): void;
  forgetSession(): void;
}

/** Who calls a route that is not for everybody, and how far what the route is about reaches for him. */
export interface Caller {
  readonly actor: Actor;
  /** To be handed to the store, which finds nothing beyond it. */
  readonly reach: Reach;
}

export type Handler<Route extends AdminRoute> = (
  request: ParsedInput<Route> & {
    readonly address: string;
    readonly browser: Browser;
  } & (Route["permission"] extends "public" ? unknown : Caller),
) => Promise<RouteAnswer<Route>>;

/** One handler for every route of a group: a missing one does not compile. */
export type Resource<Group extends keyof AdminRoutes> = {
  readonly [Name in keyof AdminRoutes[Group]]: Handler<Extract<AdminRoutes[Group][Name], AdminRoute>>;
};
