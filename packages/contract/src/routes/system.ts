import { z } from "zod";
import { openEnum, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const bytes = z.number();
const ms = z.number().nullable().describe("Over the last minute; null where it was not measured yet.");

const system = z
  .object({
    version: z.string(),
    node_version: z.string(),
    platform: z.string(),
    started_at: time,
    uptime_seconds: z.number(),
    cpu: z.object({
      cores: z.int(),
      percent: z.number().describe("Of one core, by this process, over the last seconds."),
      load_1m: z.number().describe("Of the whole machine."),
    }),
    memory: z.object({
      rss_bytes: bytes.describe("Of this process."),
      heap_used_bytes: bytes,
      buffers_bytes: bytes,
      machine_total_bytes: bytes,
      machine_free_bytes: bytes,
    }),
    disk: z
      .object({ path: z.string(), total_bytes: bytes, free_bytes: bytes })
      .nullable()
      .describe("Where the data directory is; null where the system does not tell."),
    network: z
      .object({ received_bytes_per_second: bytes, sent_bytes_per_second: bytes })
      .nullable()
      .describe(
        "Of the whole machine over the last seconds, what it says to itself left out; null where the system does not tell, and right after the start.",
      ),
    event_loop: z.object({ p50_ms: ms, p99_ms: ms, max_ms: ms }).describe("By how much turns came too late."),
    journal: z.object({
      healthy: z.boolean(),
      pending_records: z.int().describe("Not in the database yet."),
      pending_bytes: bytes,
    }),
    database: z.object({
      kind: openEnum(["sqlite", "postgres"]),
      healthy: z.boolean(),
      detail: z.string(),
      size_bytes: bytes.nullable().describe("Null while it does not answer."),
      replica: z
        .object({
          in_use: z.boolean().describe("Reports and lists are read from it."),
          healthy: z.boolean(),
          lag_ms: z.number().nullable().describe("Null while nobody knows."),
          detail: z.string(),
        })
        .nullable()
        .describe("Null where none is configured."),
    }),
    parts: z
      .array(z.object({ name: z.string(), healthy: z.boolean(), detail: z.string() }))
      .describe("As in `/health`."),
    instances: z
      .array(
        z.object({
          id: z.string(),
          is_this: z.boolean().describe("The one that answers."),
          host: z.string(),
          process_id: z.int(),
          version: z.string(),
          services: z.array(z.string()),
          workers: z.int(),
          started_at: time,
          seen_at: time,
          alive: z.boolean().describe("False: it has not been seen for some beats, and may have been killed."),
        }),
      )
      .nullable()
      .describe("Those that share the database, now and in the last day. Null while it does not answer."),
    leases: z
      .array(
        z.object({
          name: z.string().describe("Of what only one instance does at a time."),
          holder: z.string().nullable().describe("The instance that does it; null where none does."),
          held_since: time.nullable(),
        }),
      )
      .nullable(),
    looking_on: z.int().describe("Open pages that are told signals."),
  })
  .meta({ id: "System" });

const value = z.union([z.string(), z.number(), z.boolean()]).nullable();

const setting = z.object({
  path: z.string().describe("In ghostllm.yaml."),
  variable: z.string(),
  value: value.describe("`[secret]` for what is one."),
  origin: z.string().describe("A variable, a place in the file, or `default`."),
  help: z.string(),
});

const configuration = z
  .object({
    file: z.string().nullable().describe("The one that was read; null where there is none."),
    settings: z.array(setting),
    providers: z
      .array(
        z.object({
          name: z.string(),
          type: z.string(),
          base_url: z.string().nullable(),
          has_credential: z.boolean(),
          origin: z.string(),
        }),
      )
      .describe("Those that the configuration names; operators may have changed them since."),
  })
  .meta({ id: "Configuration" });

const tag = "System";

export const systemRoutes = defineRoutes({
  read: {
    id: "system.read",
    tag,
    permission: "status.read",
    method: "GET",
    path: "/admin/system",
    response: system,
    status: 200,
    summary: "How the server and its machine are",
    description: "As they are now.",
  },
  configuration: {
    id: "system.configuration",
    tag,
    permission: "configuration.read",
    method: "GET",
    path: "/admin/configuration",
    response: configuration,
    status: 200,
    summary: "The configuration in force",
    description: "Every setting with where its value came from. Secrets are never told.",
  },
});
