// The gateway: what its requests work with, and the server that they come to. Called by compose.ts.

import type { Server } from "node:http";
import type { SecureContextOptions } from "node:tls";
import { livePath } from "@ghostllm/contract/routes";
import type { Refusals } from "#control/live/refusals.ts";
import { createCors } from "#edge/cors.ts";
import type { Books, Callers, Door, GatewayDeps, Settings, Vendors as Asking } from "#gateway/deps.ts";
import { createEstimator } from "#gateway/estimator/estimator.ts";
import { RunningCalls } from "#gateway/flow/running-calls.ts";
import { settleLast, settleOverdue } from "#gateway/flow/stored/background.ts";
import { createHeavyWork } from "#gateway/heavy-work/heavy-work.ts";
import { HeldBytes } from "#gateway/http/held-bytes.ts";
import { createListener } from "#gateway/http/listener.ts";
import { gatewayRoutes } from "#gateway/route-sources.ts";
import { Readiness } from "#gateway/readiness.ts";
import { BatchedAppends } from "#link/journal/batched-appends.ts";
import type { Lease } from "#link/lease.ts";
import type { Link } from "#link/link.ts";
import { version } from "#version.ts";
import type { Control } from "./control.ts";
import type { Foundation } from "./foundation.ts";
import { startGivingBack } from "./give-back.ts";
import { observersOf } from "./observers-of.ts";
import { capacityWithin, openFilesLimit } from "./open-files.ts";
import { RunningRequests } from "./running-requests.ts";
import { hstsOf } from "./tls-front.ts";
import type { Vendors } from "./vendors.ts";

export interface GatewayParts {
  readonly foundation: Foundation;
  readonly link: Link;
  readonly lease: Lease;
  readonly vendors: Vendors;
  readonly control: Control;
  /** Told of requests that were refused. */
  readonly refusals: Refusals;
  /** Null where the port speaks plain HTTP. */
  readonly tls: SecureContextOptions | null;
}

export interface Gateway {
  /** Does not listen yet. */
  readonly server: Server;
  readonly readiness: Readiness;
  readonly running: RunningRequests;
  readonly runningCalls: RunningCalls;
}

const overdueIntervalMs = 5_000;
/** A key that is revoked ends its requests within a second. */
const reviewIntervalMs = 400;

export async function openGateway(parts: GatewayParts): Promise<Gateway> {
  const { foundation, control, tls } = parts;
  const { config, clock, metrics } = foundation;
  const [running, readiness] = [new RunningRequests(), new Readiness()];
  const runningCalls = watchRights(parts);
  const deps = {
    ...(await depsOf(parts)),
    runningCalls,
    readiness,
    events: running.watch(parts.refusals.watch(foundation.events)),
  };
  settleBackground(foundation, deps);
  const observers = observersOf(config, control.facts.adminKeys);
  const server = createListener({
    ...deps,
    routes: gatewayRoutes({ ...deps, observers, readMetrics: () => metrics.read(clock.monotonic()) }),
    tls,
    cors: createCors(config.edge.cors),
    hsts: hstsOf(config.edge),
    watchConnections: (read) => metrics.watchConnections(read),
    control: (request, response) => control.server.handle(request, response),
    upgrades: { path: livePath, take: (request, socket, head) => control.server.upgrade(request, socket, head) },
  });
  return { server, readiness, running, runningCalls };
}

/** Who loses the right to a request loses the request, whichever process took it away. */
function watchRights({ foundation, link, control }: GatewayParts): RunningCalls {
  const { steadyTime, disposer } = foundation;
  const runningCalls = new RunningCalls({ snapshots: control.snapshots, steadyTime });
  disposer.add(link.signals.listen("right_withdrawn", ({ right }) => runningCalls.withdrawOf(right)));
  const reviewer = setInterval(() => runningCalls.review(), reviewIntervalMs);
  disposer.add(() => clearInterval(reviewer));
  return runningCalls;
}

async function depsOf({ foundation, link, lease, vendors, control }: GatewayParts) {
  const { config, clock, steadyTime, journal, addresses, compressor, metrics, disposer } = foundation;
  const { timeouts, limits, answers } = config;
  const { upstream, authenticator, targetHealth } = vendors;
  const { snapshots } = control;
  const [estimator, heavyWork] = [createEstimator(), createHeavyWork()];
  disposer.add(async () => void (await Promise.all([estimator.close(), heavyWork.close()])));
  const capacity = capacityWithin(config.capacity, await openFilesLimit());
  const heldBytes = new HeldBytes(capacity);
  metrics.watchHeldBytes(() => heldBytes.total);
  disposer.add(startGivingBack(heldBytes));
  const asking: Asking = { upstream, authenticator, estimator, heavyWork, targetHealth };
  const books: Omit<Books, "events"> = { journal: new BatchedAppends(journal), lease, clock };
  const callers: Omit<Callers, "readiness" | "runningCalls"> = { snapshots, steadyTime };
  const door: Door = { addresses, compressor, heldBytes };
  const { tracesVendors } = config.edge;
  const settings: Settings = { timeouts, limits, capacity, answers, tracesVendors, version };
  return { ...link, ...asking, ...books, ...callers, ...door, ...settings, random: Math.random };
}

/** What vendors work on in the background is recorded when it is over, and at the latest when the server stops. */
function settleBackground({ disposer }: Foundation, deps: GatewayDeps): void {
  const overdue = setInterval(() => void settleOverdue(deps), overdueIntervalMs);
  disposer.add(async () => {
    clearInterval(overdue);
    await settleLast(deps);
  });
}
