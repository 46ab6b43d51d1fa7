// What is asked of vendors from time to time, by one instance for all: whether those that rest are well, and which models they have. Called
// by control.ts.

import { Rediscovery } from "#control/catalog/rediscovery.ts";
import type { Leases } from "#control/leases/leases.ts";
import { repeating } from "#control/leases/repeating.ts";
import type { SnapshotSource } from "#control/snapshot/snapshot-source.ts";
import type { Store } from "#control/store/store.ts";
import { HealthChecks } from "#control/targets/health-checks.ts";
import type { Link } from "#link/link.ts";
import type { Foundation } from "./foundation.ts";
import { tellChange, tellPages } from "./tell-change.ts";
import type { Vendors } from "./vendors.ts";

interface WatchParts {
  readonly foundation: Foundation;
  readonly store: Store;
  readonly leases: Leases;
  readonly vendors: Vendors;
  readonly link: Pick<Link, "signals">;
}

/** Whoever has the lease tells all others what it has found. */
export function startHealthChecks(parts: WatchParts, snapshots: SnapshotSource): void {
  const { leases, vendors, link } = parts;
  const { config, clock, disposer } = parts.foundation;
  const { checkMs: everyMs } = config.health;
  if (everyMs === null) return;
  const checks = new HealthChecks({
    ...{ clock, everyMs, fetchJson: vendors.ask },
    snapshot: () => snapshots.current(),
    standings: () => vendors.targetHealth.standings(clock.monotonic()),
    rest: (rest) => link.signals.send({ kind: "target_rests", rest }),
    endRests: (providerId) =>
      link.signals.send({ kind: "target_restored", restored: { because: "checked", providerId } }),
  });
  disposer.add(
    leases.run(
      "health_checks",
      repeating({ everyMs, firstMs: everyMs }, (held) => checks.look(held)),
    ),
  );
}

export function startRediscovery(
  { foundation, store, leases, vendors, link }: WatchParts,
  snapshots: SnapshotSource,
): void {
  const { config, clock, log, disposer } = foundation;
  const rediscovery = new Rediscovery({
    ...{ store, fetchJson: vendors.ask, clock, log },
    snapshot: () => snapshots.current(),
    changed: async () => {
      await tellChange(link.signals);
      await tellPages(link.signals, "models");
    },
    intervalMs: config.modelListIntervalMs,
  });
  disposer.add(leases.run("model_lists", (held) => rediscovery.run(held)));
}
