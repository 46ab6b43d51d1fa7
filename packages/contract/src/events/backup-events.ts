// What became of backups.

import { z } from "zod";
import { id, openEnum } from "#routes/fields.ts";

const count = z.int().nonnegative();

const ofRun = {
  run_id: id,
  backup_id: z.string().describe("By which `ghostllm restore` finds it."),
  place: z.string().describe("The folder or the bucket."),
  reason: openEnum(["asked", "due"]),
};

export const backupEvents = {
  "backup.made": {
    summary: "A backup was made, and is whole.",
    permission: "backups.read",
    key: "place",
    subject: "backup_id",
    data: z.object({
      ...ofRun,
      ...{ rows: count, bytes: count },
      seconds: count.nullable().describe("How long that took."),
    }),
  },
  "backup.failed": {
    summary: "A backup could not be made.",
    permission: "backups.read",
    key: "place",
    subject: "backup_id",
    data: z.object({ ...ofRun, error: z.string() }),
  },
} as const;
