// Gateways in threads of their own, beside control in this one. Called by compose.ts for servers with workers.

import type { Serving, ServingParts } from "#compose/serve-alone.ts";
import { carriedOf } from "#compose/tls/public-tls.ts";
import type { SoleInstanceHold } from "#control/sole-instance.ts";
import type { ThreadsHub } from "#link/threads/hub.ts";
import { openControlSocket } from "./control-socket.ts";
import { createGaugesMemory } from "./gauges.ts";
import { SharedLease } from "#link/shared/shared-lease.ts";
import { Workers } from "./workers.ts";

export interface WorkersServingParts extends ServingParts {
  readonly hub: ThreadsHub;
  readonly lease: SoleInstanceHold;
  /** On which the doors were taken. */
  readonly port: number;
}

const leaseEveryMs = 100;

/** Resolves when all workers answer requests. */
export async function serveByWorkers(parts: WorkersServingParts): Promise<Serving> {
  const { foundation, link, tls, doors, control, refusals, hub, vendors, reports } = parts;
  const { disposer, journal, workerJournals, workers: count, config } = foundation;
  const seat = await prepareSeat(parts);
  // From here on the workers have the address.
  await doors.close();
  const workers = await Workers.start({
    ...{ foundation, seat, hub, refusals, health: link.health },
    journals: workerJournals.slice(0, count),
    lockPath: journal.lockPath,
    snapshots: control.snapshots,
    tls: () => carriedOf(tls, config.edge),
  });
  const tellWorkers = (): void => {
    const carried = carriedOf(tls, config.edge);
    if (carried !== null) void workers.useTls(carried);
  };
  tls?.keepUpToDate(null, tellWorkers);
  // What came while they began.
  tellWorkers();
  const { targetHealth } = vendors;
  reports.ask = async () => {
    const own = {
      standings: targetHealth.standings(foundation.clock.monotonic()),
      paces: [],
      left: [],
      running: new Map(),
      queues: [],
    };
    return [own, ...(await workers.reportTargets())];
  };
  disposer.add(async () => {
    control.server.endLive();
    await workers.stop();
  });
  const reload = async (): Promise<void> => {
    await tls?.reload();
    await workers.reload();
  };
  const configure = () => workers.configure();
  return { reload: tls === null ? null : reload, configure, readMetrics: () => workers.readMetrics() };
}

async function prepareSeat({ foundation, lease, control, vendors, port }: WorkersServingParts) {
  const { config, addresses, disposer, workers } = foundation;
  const shared = new SharedLease();
  disposer.add(tellLease(lease, shared));
  return {
    workers,
    place: { host: config.server.host, port },
    lease: shared.memory,
    gauges: createGaugesMemory(workers),
    adminKeys: control.facts.adminKeys.map((key) => key.reveal()),
    demoUrl: vendors.demoUrl,
    controlSocket: await openControlSocket({ server: control.server, addresses, disposer }),
  };
}

/** Workers have the right to admit as this thread has it. Answers how to stop telling them. */
function tellLease(hold: SoleInstanceHold, shared: SharedLease): () => void {
  const tell = (): void => shared.holdUntil(hold.until);
  tell();
  const timer = setInterval(tell, leaseEveryMs).unref();
  return () => clearInterval(timer);
}
