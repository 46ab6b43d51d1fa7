import { GhostError } from "@ghostllm/contract";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { newBackupId } from "#control/backup/make-backup.ts";
import { dueAt } from "#control/backup/plan.ts";
import type { BackupRunRow } from "#control/store/backup/run-store.ts";
import { toTime, toTimeOrNull } from "./fields.ts";
import { readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiRun = RouteAnswer<AdminRoutes["backups"]["create"]>;
type Dependencies = Pick<ResourceDependencies, "store" | "clock" | "backupPlan">;

export function createBackupsResource({ store, clock, backupPlan }: Dependencies): Resource<"backups"> {
  const { backups } = store;
  return {
    list: ({ query }) => readPage(query, (page) => backups.list(page), toApiRun),

    async create() {
      const { to: place } = backupPlan;
      if (place === null)
        throw new GhostError(
          "conflict",
          "Nobody has configured where backups go (backup.to): `ghostllm backup --to` makes one",
        );
      const open = await backups.open();
      if (open !== undefined) throw new GhostError("conflict", "A backup is being made already");
      return toApiRun(await backups.ask({ backupId: newBackupId(clock.now()), reason: "asked", place }));
    },

    async plan() {
      const { to, sealedBy, everyMs, keep, archive } = backupPlan;
      const [made, failed] = [await backups.last("made"), await backups.last("failed")];
      const next = everyMs === null ? null : dueAt(everyMs, { made, failed });
      return {
        ...{ place: to, sealed_by: sealedBy, keep },
        every_seconds: everyMs === null ? null : Math.round(everyMs / 1_000),
        next_at: next === null ? null : toTime(Math.max(next, clock.now())),
        last_made_at: made === undefined ? null : toTimeOrNull(made.finishedAt),
        journal: archive && {
          every_seconds: Math.round(archive.everyMs / 1_000),
          archived_up_to: toTimeOrNull(archive.archivedUpTo()),
          pending_bytes: archive.pendingBytes(),
        },
      };
    },
  };
}

function toApiRun(row: BackupRunRow): ApiRun {
  return {
    ...{ id: row.id, backup_id: row.backupId, reason: row.reason, state: row.state, place: row.place },
    ...{ asked_at: toTime(row.askedAt), began_at: toTimeOrNull(row.beganAt) },
    ...{ finished_at: toTimeOrNull(row.finishedAt), removed_at: toTimeOrNull(row.removedAt) },
    ...{ rows: row.rows, bytes: row.bytes, error: row.error },
  };
}
