// What this instance sees of the reasons of alerts. Called by compose/control.ts.

import { AlertWatch } from "#control/alerts/alert-watch.ts";
import type { DeclaredThings } from "#control/declared/standing.ts";
import type { RestingTarget } from "#control/live/resting-targets.ts";
import type { SnapshotReader } from "#domain/snapshot.ts";
import type { BackupPlanInForce } from "#control/backup/plan.ts";
import type { CertificateBoard } from "#control/certificates/certificate-board.ts";
import type { Store } from "#control/store/store.ts";
import type { ConfigurationInForce } from "#control/system/configuration-in-force.ts";
import type { Link } from "#link/link.ts";
import type { RedisLink } from "#link/redis/redis-link.ts";
import type { Foundation } from "./foundation.ts";

interface Parts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly link: Pick<Link, "health" | "signals">;
  readonly shared: Pick<RedisLink, "awayBecause"> | null;
  readonly configuration: ConfigurationInForce;
  readonly backupPlan: BackupPlanInForce;
  readonly board: CertificateBoard;
}

interface Seen {
  readonly snapshots: SnapshotReader;
  readonly declared: DeclaredThings;
  readonly resting: () => readonly RestingTarget[];
}

export function watchAlerts(
  { foundation, store, link, shared, configuration, backupPlan, board }: Parts,
  { snapshots, declared, resting }: Seen,
): AlertWatch {
  const { config, clock, steadyTime, log, journals, disposer } = foundation;
  const change = { what: "alerts", id: null, userId: null };
  const watch = new AlertWatch({
    ...{ store, configuration, backupPlan, board, declared, resting, clock, steadyTime, log },
    ...{ health: link.health, journal: journals, dataDir: config.dataDir },
    snapshot: () => snapshots.current(),
    redisAway: () => shared?.awayBecause ?? null,
    changed: () => link.signals.send({ kind: "object_changed", change }),
  });
  // Whoever tells nobody need not look.
  if (config.services.includes("analytics")) watch.start();
  disposer.add(() => watch.close());
  return watch;
}
