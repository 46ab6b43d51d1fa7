// Why a request went as it did, as the API tells it.

import { guardrailOutcomes } from "#why.ts";
import { z } from "zod";
import { targetStates } from "#why.ts";
import { cacheOutcomes, cacheScopes, semanticOutcomes } from "#cache-policy.ts";
import { id, openEnum, usd } from "./fields.ts";

const count = z.int();

const phases = ["read", "admit", "choose", "queue", "vendor", "pause", "answer", "deliver"] as const;
const scopeKinds = ["key", "user", "team", "organisation", "alias", "provider"] as const;

/** What became of a target that was thought of. */
const targetDecisions = ["answered", "failed", "outpaced", "passed_over", "not_needed", "left_out"] as const;

/** What came of asking a second target beside one that was slow to begin. */
const hedgeOutcomes = ["won", "lost", "failed", "gone", "no_target", "no_room", "no_budget", "no_share"] as const;

/** What came of having another target go on with a stream that broke off. */
const continuedOutcomes = [
  ...(["continued", "failed", "used_up", "no_target", "no_budget"] as const),
  ...(["form", "stored", "too_long", "not_text", "closed", "nothing"] as const),
] as const;

/** By what a strategy tells targets apart. */
const scoreKinds = ["weight", "wait_ms", "running", "most_cost_usd", "quality", "balance"] as const;

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
          "`wait_ms`: until the first word, for one more request; `running`: requests there at the moment; `most_cost_usd`: by estimate; `balance`: of what speaks for a target, with the strategy `auto`, in thousandths.",
        ),
        value: z.string().describe("Decimal text."),
      })
      .nullable()
      .describe("By which the strategy told it from the others; null where it goes by none, or nobody knew."),
    state: openEnum(targetStates).describe(
      "How it stood: `resting` after failures; `full` where its vendor had said that nothing is left of its limits; `tight` where the request might be too long, and `length` where it is; lacking `vision`, `functions`, `streaming` or the `operation`; its `provider` not in use; not for the `team`; or, by `routing` of the request, its provider `excluded` or its `cost` too high.",
    ),
    merit: z
      .object({ most_cost_usd: z.string().nullable(), wait_ms: count, quality: count })
      .nullable()
      .describe(
        "With the strategy `auto`: what it would have cost, how soon it was thought to begin, and its quality from 0 to 100.",
      ),
    holds_prompt: z
      .boolean()
      .describe("It has answered the conversation before, and its vendor may have kept the prompt."),
    rest_ms: count.nullable().describe("For how long it rested."),
    rest_reason: z.string().nullable().describe("Why it rested, such as `failures`, `slow` or `quota`."),
    context_length: count.nullable().describe("Tokens, where the length of the request mattered."),
    decision: openEnum(targetDecisions),
    reason: z.string().nullable().describe("Of the attempt that failed or of who was passed over: as in the trail."),
  })
  .meta({ id: "ConsideredTarget" });

const plan = z
  .object({
    name: z.string().describe("The name that stands for these targets: what was asked for, or what it was led on to."),
    strategy: z.string(),
    prefer: z.string().nullable().describe("What the request preferred, with the strategy `auto`."),
    is_sticky: z.boolean().describe("Users stay with a target each."),
    is_probe: z.boolean().describe("All of them rested: each was tried once."),
    targets: z.array(consideredTarget),
    more: count.describe("Targets beyond those that are told."),
  })
  .meta({ id: "RoutePlan" });

const phase = z
  .object({
    name: openEnum(phases).describe(
      "`read`: who asks, and the body; `admit`: limits and budgets; `choose`: consent, kept answers, the plan; `queue`: waiting for a target with room; `vendor`: all waiting for vendors; `pause`: between attempts; `answer`: what else it took until the answer could begin; `deliver`: from its first byte to its last.",
    ),
    us: count.describe("Microseconds."),
  })
  .meta({ id: "RequestPhase" });

const consulted = z
  .object({
    scope: openEnum(scopeKinds),
    id: id.nullable().describe("Null where it is not known any more."),
    name: z.string().nullable(),
    what: openEnum(["requests", "tokens", "cost", "concurrency", "budget"]),
    period: z
      .string()
      .nullable()
      .describe(
        "`minute`, `hour` or `day` of a limit, and the period of a budget; null for a budget without, and for running requests.",
      ),
    limit: z.number().nullable().describe("Null where it is money."),
    left: z.number().nullable().describe("Before this request took its part."),
    limit_usd: usd.nullable(),
    left_usd: usd.nullable(),
  })
  .meta({ id: "ConsultedLimit" });

const lookedFor = z
  .object({
    outcome: openEnum(cacheOutcomes),
    scope: openEnum(cacheScopes).describe("Among whose requests the answer is shared, as the alias says."),
    digest: z
      .string()
      .nullable()
      .describe("The beginning of what it is kept under: the same for requests that are the same; null for a bypass."),
    reason: z
      .string()
      .nullable()
      .describe(
        "Of a bypass: `no_store`, `operation`, `size`, `form`, `stored`, `stateful`; of a miss: `no_cache` or `too_old`; of a hit: `joined`, where it waited for another one that asked the same.",
      ),
  })
  .meta({ id: "RequestCaching" });

const lookedForMeaning = z
  .object({
    outcome: openEnum(semanticOutcomes).describe(
      "`told`: it was answered by what was told to a question of the same meaning. Otherwise why not: there was `none` to compare it with, none was like enough (`unlike`), one was and something on its surface spoke against it (`differs`), its answer was `gone`; its vector came `late` or `failed`, its makers were `resting`, a `budget` had no room for it, the caller is `barred` from there; or the request is none that is compared (`unfit`).",
    ),
    similarity: z.number().nullable().describe("Of the nearest one; null where none was compared."),
    threshold: z.number().describe("What it takes, as the alias says."),
    request_id: id.nullable().describe("The request whose answer was kept; of a `told` one it is what was told."),
    differences: z
      .array(z.string())
      .describe(
        "What spoke against the nearest one: `numbers`, `units`, `dates`, `languages`, `names`, `quoted`, `code`, `negation`, `quantity`, `script`, `opposite`, `order`, `word`, `added`.",
      ),
  })
  .meta({ id: "RequestMeaning" });

export const requestWhy = z
  .object({
    phases: z.array(phase).describe("Empty in records of earlier versions."),
    limits: z
      .array(consulted)
      .describe("Every limit and budget that it was held to, with what was left of it when it was admitted."),
    shadow_of: z
      .string()
      .nullable()
      .describe("Of a copy that its alias has asked of a second target: the id of the request."),
    held_usd: usd
      .nullable()
      .describe("The most that it could cost, held against budgets until it ended; null where there were none."),
    capped: consulted.nullable().describe("The budget that had no room, so that another alias answered."),
    cache: lookedFor.nullable().describe("Null where its alias keeps no answers."),
    semantic: lookedForMeaning
      .nullable()
      .describe("Null where its alias compares nothing by meaning, or an answer to the very same was there."),
    embedded_for: z
      .string()
      .nullable()
      .describe("Of an embedding that was made to look for a question of the same meaning: the id of the request."),
    guardrails: z
      .array(
        z.object({
          name: z.string(),
          stage: openEnum(["input", "output"]),
          outcome: openEnum(guardrailOutcomes),
        }),
      )
      .describe(
        "Guardrails that have found something, without what it was; `failed` and `skipped`: it could not be held against it, which then did not pass, or did.",
      ),
    notes: z.array(z.string()).describe("What could not be said in the target's dialect, as in `x-ghostllm-notes`."),
    hedge: z
      .object({
        after_ms: count.describe("Since the first target was asked, which had not begun to answer."),
        outcome: openEnum(hedgeOutcomes).describe(
          "The second one answered (`won`), the first one did (`lost`), neither did (`failed`), or the request ended before (`gone`). Otherwise no second one was asked: none was ready, there was no room at it or in a budget, or the share of the alias was used up.",
        ),
      })
      .nullable()
      .describe("Null where nothing was slow, or its alias has no second target asked."),
    continued: z
      .array(
        z.object({
          after_ms: count.describe("Since the request arrived: its stream broke off."),
          outcome: openEnum(continuedOutcomes).describe(
            "Another target went on with it (`continued`), or none did (`failed`). Otherwise nobody was asked: no target takes the beginning of an answer, a budget had no room, it had been done as often as the alias says (`used_up`), or the answer is none that can be gone on with: something else than text was told (`not_text`), no letter of it (`nothing`), all of a text (`closed`), it was to have a form or to think first (`form`), its vendor keeps it (`stored`), or it was too long to be remembered (`too_long`).",
          ),
        }),
      )
      .describe("None where its stream did not break off, or its alias has nobody go on with it."),
    plans: z.array(plan).describe("One for each name that was asked. None where there was nothing to choose."),
    not_led_to: z
      .array(z.object({ name: z.string(), reason: z.string() }))
      .describe(
        "Names that it could have been led on to, or asked for, and was not: `unknown`, `unable`, `length`, `team`, `consent`, `guardrail`, `budget`.",
      ),
  })
  .meta({ id: "RequestWhy" });
