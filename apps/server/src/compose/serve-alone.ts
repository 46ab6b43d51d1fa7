// One gateway in the same thread as control. Called by compose.ts for servers without workers.

import type { GatewayReports } from "#control/targets/gateway-reports.ts";
import type { Refusals } from "#control/live/refusals.ts";
import type { StoreContent } from "#link/contents.ts";
import type { ChatSessions } from "#link/chat-sessions.ts";
import type { Consents } from "#link/consents.ts";
import type { ToldRequests } from "#link/told-requests.ts";
import type { Lease } from "#link/lease.ts";
import type { Link } from "#link/link.ts";
import type { Control } from "./control.ts";
import type { Doors } from "./doors.ts";
import type { Foundation } from "./foundation.ts";
import { openGateway, type ControlSide } from "./gateway.ts";
import { prepareClosing } from "./listener-closer.ts";
import { stopServing } from "./stopping.ts";
import type { TlsFront } from "./tls/tls-front.ts";
import type { Vendors } from "./vendors.ts";

export interface ServingParts {
  readonly foundation: Foundation;
  readonly link: Link;
  readonly consents: Consents;
  readonly toldRequests: ToldRequests;
  readonly chatSessions: ChatSessions;
  readonly storeContent: StoreContent;
  readonly lease: Lease;
  /** Null where plain HTTP is spoken. */
  readonly tls: TlsFront | null;
  /** The address is taken, and leads nowhere yet. */
  readonly doors: Doors;
  readonly vendors: Vendors;
  readonly control: Control;
  readonly refusals: Refusals;
  readonly reports: GatewayReports;
}

export interface Serving {
  /** Reads anew what may change while the server runs; null where there is nothing of the kind. */
  readonly reload: (() => Promise<void>) | null;
  /** Puts the configuration in force in other threads. */
  readonly configure: () => Promise<void>;
  /** Of the whole server. */
  readonly readMetrics: ControlSide["readMetrics"];
}

/** Resolves when requests are answered. */
export async function serveAlone(parts: ServingParts): Promise<Serving> {
  const { foundation, link, consents, toldRequests, chatSessions, storeContent, lease, vendors, refusals } = parts;
  const { tls, doors, control } = parts;
  const { config, disposer } = foundation;
  const { reports } = parts;
  const side = sideOf(control, foundation);
  const gateway = await openGateway({
    ...{ foundation, link, consents, toldRequests, chatSessions, storeContent, lease, vendors, refusals },
    ...{ neighbours: null, tls: tls?.options ?? null },
    control: side,
  });
  const { server, readiness, reportTargets } = gateway;
  reports.ask = async () => [reportTargets()];
  tls?.keepUpToDate(server);
  readiness.elsewhere = () => tls?.awayBecause ?? null;
  const closeListener = prepareClosing(server, doors);
  await doors.leadTo(server);
  readiness.notReadyBecause = null;
  const { timeouts } = config;
  disposer.add(() => stopServing({ ...gateway, timeouts, closeListener, endLive: () => control.server.endLive() }));
  const reload = tls === null ? null : () => tls.reload();
  return { reload, configure: async () => {}, readMetrics: side.readMetrics };
}

function sideOf({ snapshots, facts, server }: Control, { metrics, clock }: Foundation): ControlSide {
  const readMetrics = () => metrics.read(clock.monotonic());
  return { snapshots, adminKeys: facts.adminKeys, requests: server, readMetrics };
}
