import { z } from "zod";
import { id, listOf, namedQuery, openEnum, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

export const targetStates = ["closed", "open", "half_open", "parked"] as const;

const state = openEnum(targetStates).describe(
  "`closed`: it is asked as any other. `open`: it rests. `half_open`: its rest is over, and one request at a time finds out how it is. `parked`: its account or credential was refused.",
);
const reason = openEnum(["failures", "failure_rate", "slow", "rate_limit", "quota", "credential"])
  .nullable()
  .describe("Why it is not closed.");
const since = time.nullable().describe("Since when it is not closed.");
const until = time.nullable().describe("Until when it rests.");
const left = z
  .object({ amount: z.number(), reset_at: time })
  .nullable()
  .describe("Null where the vendor said nothing that still holds.");

const target = z
  .object({
    model_id: id,
    provider_id: id,
    provider: z.string(),
    model: z.string(),
    state,
    reason,
    since,
    until,
    running: z.int().describe("Requests that are with it at the moment."),
    operations: z
      .array(
        z.object({
          operation: z.string(),
          state,
          reason,
          since,
          until,
          callers: z.int().describe("Users for whom alone it rests."),
          requests: z.int().describe("Within `health.window_ms`, since it failed or was slow."),
          failed: z.int(),
          slow: z.int(),
        }),
      )
      .describe("Those at which it has failed or was slow of late."),
    latency: z
      .array(
        z.object({
          operation: z.string(),
          streamed: z.boolean(),
          ms: z.number().describe("Until the first word of a stream, or until an answer is whole."),
        }),
      )
      .describe(
        "Measured while an alias of the strategy `latency`, `least-busy` or `auto`, or the model `auto`, asks for it.",
      ),
    left: z.object({ requests: left, tokens: left }).describe("Of the vendor's limits, as it has said itself."),
  })
  .meta({ id: "Target" });

const queue = z
  .object({
    alias_id: id,
    alias: z.string(),
    waiting: z.int().describe("Requests, in all workers of this server."),
    lines: z.int().describe("Teams, and users who are in none, of whom somebody waits: they take turns."),
    longest_wait_ms: z.int().describe("How long whoever waits longest has waited."),
  })
  .meta({ id: "AliasQueueNow" });

export const targetRoutes = defineRoutes({
  queues: {
    id: "targets.queues",
    tag: "Aliases",
    permission: "aliases.read",
    method: "GET",
    path: "/admin/queues",
    response: z.object({ data: z.array(queue) }),
    status: 200,
    summary: "List aliases for which requests wait",
    description:
      "Of those that one may read and that have a queue: how many wait until a target has room, in this server. Empty where nobody waits.",
  },
  list: {
    id: "targets.list",
    tag: "Providers",
    permission: "providers.read",
    method: "GET",
    path: "/admin/targets",
    query: namedQuery("the name of the model or of its provider").extend({
      state: z.enum(targetStates).optional(),
      provider_id: id.optional(),
    }),
    response: listOf(target),
    status: 200,
    summary: "List how models of providers are",
    description:
      "Of all that are listed, what the gateways of this server know: the worst that any of its workers says, requests added up. What other instances have told is in it.",
  },
});
