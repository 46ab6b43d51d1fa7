// Cuts what is older than the audit log is kept. Run by compose, under a lease.

import { setTimeout as sleep } from "node:timers/promises";
import type { ControlLog } from "#control/control-log.ts";
import type { Held } from "#control/leases/leased-work.ts";
import { unlessAway } from "#control/leases/unless-away.ts";
import type { Store } from "#control/store/store.ts";

interface AuditLogDeps {
  readonly store: Pick<Store, "isUnavailable"> & { readonly audit: Pick<Store["audit"], "cut" | "sweep"> };
  readonly now: () => number;
  /** Null: it is kept for ever. */
  readonly auditDays: number | null;
  readonly log: ControlLog;
}

const dayMs = 24 * 3_600_000;
/** Of one step: SQLite has one writer. */
const stepEntries = 200;
const restMs = 20;

export async function keepAuditLog(deps: AuditLogDeps, held: Held): Promise<void> {
  await unlessAway(deps, "The audit log cannot be tidied now", () => keep(deps, held));
}

async function keep({ store, now, auditDays, log }: AuditLogDeps, held: Held): Promise<void> {
  const cut = auditDays === null ? null : await store.audit.cut(now() - auditDays * dayMs);
  if (cut !== null)
    log.info({ place: cut.sequence, hash: cut.hash }, "The audit log was cut: older entries are not kept");
  while (held.holds() && (await store.audit.sweep(stepEntries)) === stepEntries)
    await sleep(restMs, undefined, { ref: false });
}
