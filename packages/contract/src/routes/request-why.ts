// Why a request went as it did, as the API tells it.

import { z } from "zod";
import { targetStates } from "#why.ts";
import { id, openEnum } from "./fields.ts";

const count = z.int();

/** What became of a target that was thought of. */
const targetDecisions = ["answered", "failed", "passed_over", "not_needed", "left_out"] as const;

/** By what a strategy tells targets apart. */
const scoreKinds = ["weight", "wait_ms", "running", "most_cost_usd"] as const;

const consideredTarget = z
  .object({
    place: count
      .nullable()
      .describe("In the order in which they were to be asked, from 1; null for one that was left out."),
    provider_id: id.nullable().describe("Null where no provider of this name is in use now."),
    provider: z.string(),
    model: z.string(),
    score: z
      .object({
        kind: openEnum(scoreKinds).describe(
          "`wait_ms`: until the first word, for one more request; `running`: requests there at the moment; `most_cost_usd`: by estimate.",
        ),
        value: z.string().describe("Decimal text."),
      })
      .nullable()
      .describe("By which the strategy told it from the others; null where it goes by none, or nobody knew."),
    state: openEnum(targetStates).describe(
      "How it stood: `resting` after failures; `full` where its vendor had said that nothing is left of its limits; `tight` where the request might be too long, and `length` where it is; lacking `vision`, `functions`, `streaming` or the `operation`; its `provider` not in use; or not for the `team`.",
    ),
    rest_ms: count.nullable().describe("For how long it rested."),
    context_length: count.nullable().describe("Tokens, where the length of the request mattered."),
    decision: openEnum(targetDecisions),
    reason: z.string().nullable().describe("Of the attempt that failed or of who was passed over: as in the trail."),
  })
  .meta({ id: "ConsideredTarget" });

const plan = z
  .object({
    name: z.string().describe("The name that stands for these targets: what was asked for, or what it was led on to."),
    strategy: z.string(),
    is_sticky: z.boolean().describe("Users stay with a target each."),
    is_probe: z.boolean().describe("All of them rested: each was tried once."),
    targets: z.array(consideredTarget),
    more: count.describe("Targets beyond those that are told."),
  })
  .meta({ id: "RoutePlan" });

export const requestWhy = z
  .object({
    plans: z.array(plan).describe("One for each name that was asked. None where there was nothing to choose."),
    not_led_to: z
      .array(z.object({ name: z.string(), reason: z.string() }))
      .describe(
        "Names that it could have been led on to, or asked for, and was not: `unknown`, `unable`, `length`, `team`, `consent`, `budget`.",
      ),
  })
  .meta({ id: "RequestWhy" });
