import { z } from "zod";
import { aliasStrategies } from "#alias-strategies.ts";
import {
  cachePaces,
  cacheScopes,
  leastSimilarity,
  mostCacheSeconds,
  mostEmbeddingMs,
  usualCacheSeconds,
  usualEmbeddingMs,
  usualSimilarity,
} from "#cache-policy.ts";
import {
  continuation,
  continuationInput,
  fallbacks,
  fallbacksInput,
  hedge,
  hedgeInput,
  queue,
  queueInput,
  retries,
  retriesInput,
  shadow,
  shadowInput,
  timeouts,
  timeoutsInput,
} from "./alias-policy-fields.ts";
import { scopeBudget, scopeBudgetsInput } from "./budget-fields.ts";
import {
  declaredIn,
  id,
  idParams,
  limits,
  limitsInput,
  listOf,
  namedQuery,
  openEnum,
  removed,
  time,
} from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { targetLimits, targetLimitsInput } from "./target-limits-fields.ts";

const aboutStrategy =
  "`ordered` tries the targets from the first to the last; `weighted` draws the first one by weight; `latency` takes the better of two that are drawn, by the time until their first word; `least-busy` takes the one with the fewest requests running here; `cheapest` the one at which this request may cost the least; `auto` the one for which the most speaks of cost, speed and quality, or what `routing` of the request prefers.";
const strategy = z.enum(aliasStrategies).describe(aboutStrategy);

const stickies = ["user"] as const;
const aboutSticky =
  "With the strategy `weighted`: the same user's requests go to the same target first, as long as the weights are what they are. Null: each request is drawn anew.";
const sticky = z.enum(stickies).nullable().describe(aboutSticky);

const aboutAffinity =
  "A conversation that goes on is sent to the target that has answered it before, since its vendor may have kept the prompt. With `ordered`, and for users who stay with a target, it says nothing.";
const affinity = z.boolean().describe(aboutAffinity);

const aboutLimits =
  "What this alias sends there is held to, beside the limits of the model and of its provider: a target that is full is passed over. Null is unlimited.";

const target = z.object({
  ...{ provider: z.string(), model: z.string(), weight: z.int() },
  limits: targetLimits.default(null).describe(aboutLimits),
});

const team = id.nullable().describe("Keys of this team alone find it. Null: it is everybody's.");

const aboutScope =
  "Among whose requests: of one key, of one user, of one team, or of one organisation. Who is in no team or organisation shares with his own requests alone.";
const aboutTtl = "For how long an answer may be told again.";
const aboutCache =
  "Answers are kept, and a request that comes again is answered without its vendor. Null: nothing is kept.";

const aboutPace =
  "How a stream is told again: as fast as its client reads (`at_once`), or with the pauses that it had, of two seconds at most each and a minute in all (`natural`).";

const aboutSemantic =
  "Beside requests that are the same, those whose last text means the same are told an answer, where all else is the same. Null: none.";
const aboutSemanticModel = "Whose embeddings say what a text means: a model of a provider, or an alias of such.";
const aboutThreshold =
  "How alike the vectors of two texts must be, as their cosine. What is right depends on the model: docs/cache.md says how to find it.";
const aboutEmbeddingMs =
  "For how long its vendor is waited for; a request whose vector comes later is asked as if there were none.";
const aboutMoreThanText =
  "Requests with tools, pictures, sound or files are compared, too; all of these must be the same. Otherwise such requests are asked.";

const semantic = z
  .object({
    model: z.string().describe(aboutSemanticModel),
    threshold: z.number().describe(aboutThreshold),
    timeout_ms: z.int().describe(aboutEmbeddingMs),
    more_than_text: z.boolean().describe(aboutMoreThanText),
  })
  .nullable();
const semanticInput = z
  .strictObject({
    model: z.string().min(1).max(200).describe(aboutSemanticModel),
    threshold: z.number().min(leastSimilarity).max(1).default(usualSimilarity).describe(aboutThreshold),
    timeout_ms: z.int().min(10).max(mostEmbeddingMs).default(usualEmbeddingMs).describe(aboutEmbeddingMs),
    more_than_text: z.boolean().default(false).describe(aboutMoreThanText),
  })
  .nullable();

const cache = z.object({
  ttl_seconds: z.int().describe(aboutTtl),
  scope: openEnum(cacheScopes).describe(aboutScope),
  pace: openEnum(cachePaces).default("at_once").describe(aboutPace),
  semantic: semantic.default(null).describe(aboutSemantic),
});
const cacheInput = z
  .strictObject({
    ttl_seconds: z.int().min(1).max(mostCacheSeconds).default(usualCacheSeconds).describe(aboutTtl),
    scope: z.enum(cacheScopes).default("key").describe(aboutScope),
    pace: z.enum(cachePaces).default("at_once").describe(aboutPace),
    semantic: semanticInput.default(null).describe(aboutSemantic),
  })
  .nullable();

const alias = z
  .object({
    id,
    team_id: team,
    name: z
      .string()
      .describe(
        "What clients ask for instead of a model. With one star it stands for all names that match: the star for one character or more.",
      ),
    strategy: openEnum(aliasStrategies).describe(aboutStrategy),
    targets: z.array(target),
    retries,
    fallbacks,
    timeouts,
    sticky_by: openEnum(stickies).nullable().describe(aboutSticky),
    prompt_affinity: affinity,
    shadow,
    queue,
    hedge,
    continuation,
    limits: limits.describe("Of all that ask for it together. Null is unlimited."),
    budgets: z.array(scopeBudget).describe("What may be spent by all that ask for it together."),
    cache: cache.nullable().describe(aboutCache),
    declared: declaredIn,
    created_at: time,
    updated_at: time,
  })
  .meta({ id: "Alias" });

const name = z.string().regex(/^[^\s\p{Cc}]{1,128}$/u, "Use 1 to 128 characters without spaces");

const targets = z
  .array(
    z.strictObject({
      provider: z.string().min(1).max(64).describe("Name of a provider."),
      model: z
        .string()
        .min(1)
        .max(200)
        .describe(
          "Name of the model at that provider. A star in it is what the star in the name of the alias stood for.",
        ),
      weight: z.int().min(1).max(1000).default(1),
      limits: targetLimitsInput.optional().describe(aboutLimits),
    }),
  )
  .min(1)
  .max(50);

const aliasCreate = z
  .strictObject({
    ...{ team_id: team.default(null), name, strategy: strategy.default("ordered"), targets },
    ...{ retries: retriesInput.optional(), fallbacks: fallbacksInput.optional(), timeouts: timeoutsInput.optional() },
    ...{ sticky_by: sticky.optional(), queue: queueInput.optional(), hedge: hedgeInput.optional() },
    ...{ prompt_affinity: affinity.optional(), shadow: shadowInput.optional() },
    continuation: continuationInput.optional(),
    ...{ limits: limitsInput.optional(), budgets: scopeBudgetsInput.optional() },
    cache: cacheInput.optional().describe(aboutCache),
  })
  .meta({ id: "AliasCreate" });

const aliasUpdate = z
  .strictObject({
    team_id: team.optional(),
    ...{ name: name.optional(), strategy: strategy.optional(), targets: targets.optional() },
    ...{ retries: retriesInput.optional(), fallbacks: fallbacksInput.optional(), timeouts: timeoutsInput.optional() },
    ...{ sticky_by: sticky.optional(), queue: queueInput.optional(), hedge: hedgeInput.optional() },
    ...{ prompt_affinity: affinity.optional(), shadow: shadowInput.optional() },
    continuation: continuationInput.optional(),
    ...{ limits: limitsInput.optional(), budgets: scopeBudgetsInput.optional() },
    cache: cacheInput.optional().describe(aboutCache),
  })
  .meta({ id: "AliasUpdate" });

const tag = "Aliases";

export const aliasRoutes = defineRoutes({
  list: {
    id: "aliases.list",
    tag,
    permission: "aliases.read",
    method: "GET",
    path: "/admin/aliases",
    query: namedQuery("the name").extend({ team_id: id.optional().describe("Only those of this team.") }),
    response: listOf(alias),
    status: 200,
    summary: "List aliases",
    description: "Oldest first: everybody's, and those of one's teams.",
  },
  create: {
    id: "aliases.create",
    tag,
    permission: "aliases.create",
    method: "POST",
    path: "/admin/aliases",
    body: aliasCreate,
    response: alias,
    status: 201,
    summary: "Create an alias",
    description:
      "An alias is a name that stands for one or more targets. One that is everybody's has a name that no other has; one of a team has a name that neither everybody's, nor a model, nor another one of the team has. 409 where it is taken. A team's alias leads to what the team may use (400 for other targets), and is made by whoever may do so in the team.",
  },
  get: {
    id: "aliases.get",
    tag,
    permission: "aliases.read",
    method: "GET",
    path: "/admin/aliases/{id}",
    params: idParams,
    response: alias,
    status: 200,
    summary: "Read an alias",
    description: "With all its targets, those at disabled providers included.",
  },
  update: {
    id: "aliases.update",
    tag,
    permission: "aliases.update",
    method: "PATCH",
    path: "/admin/aliases/{id}",
    params: idParams,
    body: aliasUpdate,
    response: alias,
    status: 200,
    summary: "Change an alias",
    description:
      "Fields left out stay as they are; `targets`, `retries`, `fallbacks`, `timeouts`, `queue`, `hedge`, `continuation` and `shadow` are each replaced as a whole. Another `team_id` is for whoever may change aliases at both ends, and everybody's for whoever may change all (403).",
  },
  remove: {
    id: "aliases.remove",
    tag,
    permission: "aliases.remove",
    method: "DELETE",
    path: "/admin/aliases/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete an alias",
    description: "Clients that ask for its name get `model_not_found` from then on.",
  },
});
