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
  is_live: z
    .boolean()
    .default(false)
    .describe("Another value counts at once when the file is read anew; else it needs a restart."),
  waiting: z
    .string()
    .nullable()
    .default(null)
    .describe("What the file has by now, and what needs a restart; null: the same."),
});

const problem = z.object({
  place: z
    .string()
    .describe("In the file, such as `ghostllm.yaml:12:7 aliases.0.targets.0.provider`, or the name of a variable."),
  message: z.string(),
});

const configuration = z
  .object({
    file: z.string().nullable().describe("The one that was read; null where there is none."),
    read_at: time.nullable().default(null).describe("When it was read last without a fault."),
    problems: z.array(problem).default([]).describe("Faults of the file as it is now: what it was before is in force."),
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

const fileText = z
  .object({
    file: z.string().nullable().describe("Its path or URL; null where there is none."),
    text: z
      .string()
      .nullable()
      .describe("As it is in force, with `[secret]` in place of what is one; what it refers to stays."),
  })
  .meta({ id: "ConfigurationFile" });

const fault = z.object({
  source: z.string().describe("The file, or a variable."),
  line: z.int().nullable(),
  column: z.int().nullable(),
  setting: z.string().nullable(),
  message: z.string(),
  hint: z.string(),
});

const checked = z
  .object({
    problems: z.array(fault),
    warnings: z.array(z.string()),
    changes: z
      .array(z.object({ path: z.string(), before: z.string(), after: z.string(), is_live: z.boolean() }))
      .describe("Settings that it has otherwise; those that are not live need a restart."),
    declares_otherwise: z.boolean().describe("It declares other providers, models, aliases, teams or keys."),
  })
  .meta({ id: "CheckedConfiguration" });

const reloaded = z
  .object({ read_at: time, problems: z.array(problem).describe("Why it is not in force; empty where it is.") })
  .meta({ id: "ReloadedConfiguration" });

const anything = z.unknown().describe("Null where there is nothing; `[secret]` for what is one.");

const step = z.object({
  kind: openEnum(["provider", "model", "alias", "team", "key"]),
  name: z.string(),
  place: z.string().nullable().describe("In the file; null of what is no more in it."),
  deed: openEnum(["created", "changed", "adopted", "disabled", "removed", "revoked", "kept"]).describe(
    "What applying the file does, or would do. `adopted`: an operator had made it just so; `kept`: a team that is no more in it stays, and is an operator's.",
  ),
  differences: z.array(z.object({ field: z.string(), stored: anything, declared: anything })),
});

const declared = z
  .object({
    file: z.string().nullable().describe("Of the instance that answers; null where it has none."),
    state: openEnum(["in_force", "older", "refused", "none"]).describe(
      "`older`: another instance has applied a newer file; `refused`: it cannot be applied as it is; `none`: it declares nothing.",
    ),
    applied: z
      .object({ file: z.string(), at: time, instance: z.string(), digest: z.string() })
      .nullable()
      .describe("The file that was applied last; null where none ever was."),
    problems: z.array(problem).describe("Why it cannot be applied."),
    differences: z.array(step).describe("What the database has otherwise than the file of this instance."),
  })
  .meta({ id: "DeclaredState" });

const applied = z.object({ steps: z.array(step) }).meta({ id: "DeclaredSteps" });

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
  file: {
    id: "system.file",
    tag,
    permission: "configuration.read",
    method: "GET",
    path: "/admin/configuration/file",
    response: fileText,
    status: 200,
    summary: "The configuration file in force",
    description: "Without its secrets, and without comments that look like one.",
  },
  check: {
    id: "system.check",
    tag,
    permission: "configuration.apply",
    method: "POST",
    path: "/admin/configuration/check",
    body: z.strictObject({ text: z.string().max(1_000_000) }).meta({ id: "ConfigurationText" }),
    response: checked,
    status: 200,
    summary: "Check a text as the configuration file",
    description:
      "Its faults with their lines, or what it would change. Nothing is changed and nothing is written: the file is its owner's. `[secret]` stands for what the file in force has there. No file is read that the one in force does not name, and values of variables are not told.",
  },
  reload: {
    id: "system.reload",
    tag,
    permission: "configuration.apply",
    method: "POST",
    path: "/admin/configuration/reload",
    response: reloaded,
    status: 200,
    summary: "Read the configuration file anew",
    description: "Of the instance that answers, as SIGHUP does. A file with a fault changes nothing.",
  },
  declared: {
    id: "system.declared",
    tag,
    permission: "configuration.read",
    method: "GET",
    path: "/admin/configuration/declared",
    response: declared,
    status: 200,
    summary: "What the configuration file declares, and what differs from it",
    description:
      "Providers, models, aliases, teams and keys of the file, compared with the database. Nothing is changed by it.",
  },
  apply: {
    id: "system.apply",
    tag,
    permission: "configuration.apply",
    method: "POST",
    path: "/admin/configuration/declared/apply",
    response: applied,
    status: 200,
    summary: "Apply what the configuration file declares",
    description:
      "Of the instance that answers, also where another one has applied a newer file. 409 where it cannot be applied: then nothing is changed.",
  },
});
