import { z } from "zod";
import { id, listOf, openEnum, pageQuery, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const states = ["waiting", "making", "made", "failed"] as const;
const reasons = ["asked", "due"] as const;
const sealings = ["passphrase", "recipients"] as const;

const run = z
  .object({
    id,
    backup_id: z.string().describe("By which `ghostllm restore` finds it."),
    reason: openEnum(reasons),
    state: openEnum(states).describe("`waiting`: it is begun within seconds, by one instance."),
    place: z.string().describe("The folder or the bucket."),
    asked_at: time,
    began_at: time.nullable(),
    finished_at: time.nullable(),
    removed_at: time.nullable().describe("When it was deleted to make room for later ones; null: it is there."),
    rows: z.int().nullable(),
    bytes: z.int().nullable().describe("Sealed and compressed."),
    error: z.string().nullable(),
  })
  .meta({ id: "BackupRun" });

const plan = z
  .object({
    place: z.string().nullable().describe("`backup.to`; null: none is configured, and none can be made here."),
    sealed_by: openEnum(sealings).nullable(),
    every_seconds: z.int().nullable().describe("Null: only when somebody asks for one."),
    next_at: time.nullable().describe("When the next one is due."),
    keep: z.int().describe("So many are kept."),
    last_made_at: time.nullable(),
    journal: z
      .object({
        every_seconds: z.int(),
        archived_up_to: time.nullable().describe("Of the instance that answers; null: nothing since it was started."),
        pending_bytes: z.int().describe("Of the instance that answers: stored, and not archived yet."),
      })
      .nullable()
      .describe("Null: the journal is not archived."),
  })
  .meta({ id: "BackupPlan" });

const tag = "Backups";

export const backupRoutes = defineRoutes({
  list: {
    id: "backups.list",
    tag,
    permission: "backups.read",
    method: "GET",
    path: "/admin/backups",
    query: pageQuery,
    response: listOf(run),
    status: 200,
    summary: "List what became of backups",
    description:
      "The latest first: those that were due or asked for here. What the command line makes is listed by `ghostllm backups`.",
  },
  create: {
    id: "backups.create",
    tag,
    permission: "backups.create",
    method: "POST",
    path: "/admin/backups",
    response: run,
    status: 201,
    summary: "Have a backup made",
    description:
      "It is begun within seconds by one instance, while requests go on. 409 while another is being made, or where `backup.to` is not configured.",
  },
  plan: {
    id: "backups.plan",
    tag,
    permission: "backups.read",
    method: "GET",
    path: "/admin/backups/plan",
    response: plan,
    status: 200,
    summary: "See when backups are made, and where they go",
    description: "As it is configured, with when the last one was made and the next one is due.",
  },
});
