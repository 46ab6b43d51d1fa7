import { z } from "zod";
import { guardrailActions, guardrailKinds, guardrailOnFailures, guardrailStages } from "#guardrails.ts";
import { id, idParams, listOf, namedQuery, openEnum, removed, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const holders = ["everyone", "key", "user", "team"] as const;

const meanings = {
  applies_to: "Whose requests it holds for. `everyone` has no id.",
  models:
    "Patterns of models and aliases with `*`: one of them means the name asked for, or a model that may answer. Null: any.",
  stage: "What it is held against: requests before a vendor is asked, answers before the client is told, or both.",
  action:
    "`block`: the request is refused, or its answer withheld. `redact`: what was found is replaced. `flag`: it is noted in the record and in `x-ghostllm-guardrails`.",
  replacement: "What stands in place of what is redacted.",
  on_failure: "What becomes of a request or an answer that it cannot be held against: it passes, or does not.",
  words: "Looked for in any case.",
  whole_words: "Not within longer words.",
  patterns: "In the syntax of RE2.",
  window:
    "Of a stream so many characters are held back where there are patterns: what one finds is never longer there. Words are held as long as the longest.",
  unit: "A token is taken for four characters.",
  most: "Of all texts of a request, or of an answer.",
  url: "Of a server that is told the texts with POST, signed by the secret, and says what is to be done (docs/guardrails.md).",
  provider: "The name of a provider whose moderation endpoint is told the texts, in OpenAI's form.",
  model: "Null: the provider's usual one.",
  categories: "Which of the endpoint's categories count. Null: any.",
  threshold: "A score of that or more counts. Null: what the endpoint itself has decided.",
  schema: "JSON Schema that the text of an answer is held to. Null: only what the request itself asks for.",
  from_request: "Held to the schema, or to JSON, that the request itself asks for in its own dialect, where it does.",
  deadline_ms:
    "For so long somebody else is waited for, each time he is asked, and a JSON Schema is looked through at the most.",
  tried_ids:
    "These, also where they are switched off. Null: all that are switched on, or only the draft where there is one.",
  outcome:
    "`flag`, `redact`, `block`: it has found something, and does that. `none`: it has not. `not_asked`: somebody else would say, who is not asked. `failed`: it could not be made. `other_stage`: it is not held against it.",
  found: "Where in the text, in UTF-16 code units: the first hundred. Empty where its size is what was found.",
  secret: "Of a webhook, where it is new: it is shown once.",
};

const check = z
  .object({
    kind: openEnum(guardrailKinds),
    words: z.array(z.string()).optional().describe(meanings.words),
    whole_words: z.boolean().optional().describe(meanings.whole_words),
    patterns: z.array(z.string()).optional().describe(meanings.patterns),
    window: z.number().optional().describe(meanings.window),
    unit: openEnum(["characters", "tokens"]).optional().describe(meanings.unit),
    most: z.number().optional().describe(meanings.most),
    url: z.string().optional().describe(meanings.url),
    provider: z.string().optional().describe(meanings.provider),
    model: z.string().nullable().optional().describe(meanings.model),
    categories: z.array(z.string()).nullable().optional().describe(meanings.categories),
    threshold: z.number().nullable().optional().describe(meanings.threshold),
    schema: z.record(z.string(), z.unknown()).nullable().optional().describe(meanings.schema),
    from_request: z.boolean().optional().describe(meanings.from_request),
  })
  .describe("The fields of its kind.");

const guardrail = z
  .object({
    ...{ id, name: z.string() },
    applies_to: z.object({ kind: openEnum(holders), id: id.nullable() }).describe(meanings.applies_to),
    models: z.array(z.string()).nullable().describe(meanings.models),
    stage: openEnum(guardrailStages).describe(meanings.stage),
    check,
    action: openEnum(guardrailActions).describe(meanings.action),
    replacement: z.string().describe(meanings.replacement),
    on_failure: openEnum(guardrailOnFailures).describe(meanings.on_failure),
    deadline_ms: z.number().describe(meanings.deadline_ms),
    is_active: z.boolean(),
    ...{ created_at: time, updated_at: time },
  })
  .meta({ id: "Guardrail" });

const changedGuardrail = guardrail
  .extend({ secret: z.string().nullable().describe(meanings.secret) })
  .meta({ id: "ChangedGuardrail" });

const textCheck = z
  .strictObject({
    kind: z.literal("text"),
    words: z.array(z.string().trim().min(1).max(200)).max(1000).default([]).describe(meanings.words),
    whole_words: z.boolean().default(true).describe(meanings.whole_words),
    patterns: z.array(z.string().min(1).max(1000)).max(50).default([]).describe(meanings.patterns),
    window: z.int().min(1).max(4096).default(200).describe(meanings.window),
  })
  .refine(({ words, patterns }) => words.length + patterns.length > 0, {
    error: "Give words, or patterns",
    path: ["words"],
  });

const sizeCheck = z.strictObject({
  kind: z.literal("size"),
  unit: z.enum(["characters", "tokens"]).default("characters").describe(meanings.unit),
  most: z.int().min(1).max(1_000_000_000).describe(meanings.most),
});

const webhookCheck = z.strictObject({
  kind: z.literal("webhook"),
  url: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .describe(meanings.url),
});

const moderationCheck = z.strictObject({
  kind: z.literal("moderation"),
  provider: z.string().min(1).max(100).describe(meanings.provider),
  model: z.string().min(1).max(200).nullable().default(null).describe(meanings.model),
  categories: z
    .array(z.string().min(1).max(100))
    .min(1)
    .max(100)
    .nullable()
    .default(null)
    .describe(meanings.categories),
  threshold: z.number().min(0).max(1).nullable().default(null).describe(meanings.threshold),
});

const mostSchemaCharacters = 65_536;

const schemaCheck = z
  .strictObject({
    kind: z.literal("json-schema"),
    schema: z
      .record(z.string(), z.unknown())
      .refine((schema) => JSON.stringify(schema).length <= mostSchemaCharacters, {
        error: `At most ${mostSchemaCharacters} characters`,
      })
      .nullable()
      .default(null)
      .describe(meanings.schema),
    from_request: z.boolean().default(false).describe(meanings.from_request),
  })
  .refine(({ schema, from_request: fromRequest }) => schema !== null || fromRequest, {
    error: "Give a schema, or `from_request`",
    path: ["schema"],
  });

const input = {
  name: z.string().trim().min(1).max(100),
  applies_to: z
    .strictObject({ kind: z.enum(holders), id: id.nullable().default(null) })
    .refine(({ kind, id: of }) => (kind === "everyone") === (of === null), {
      error: "`everyone` has no id, and all others have one",
      path: ["id"],
    })
    .describe(meanings.applies_to),
  models: z.array(z.string().min(1).max(200)).min(1).max(100).nullable().describe(meanings.models),
  stage: z.enum(guardrailStages).describe(meanings.stage),
  check: z.discriminatedUnion("kind", [textCheck, sizeCheck, webhookCheck, moderationCheck, schemaCheck]),
  action: z.enum(guardrailActions).describe(meanings.action),
  replacement: z.string().max(200).describe(meanings.replacement),
  on_failure: z.enum(guardrailOnFailures).describe(meanings.on_failure),
  deadline_ms: z.int().min(50).max(60_000).describe(meanings.deadline_ms),
  is_active: z.boolean(),
};

const guardrailCreate = z
  .strictObject({
    ...{ name: input.name, check: input.check, action: input.action.default("block") },
    applies_to: input.applies_to.default({ kind: "everyone", id: null }),
    ...{ models: input.models.default(null), stage: input.stage.default("both") },
    ...{ replacement: input.replacement.default("[redacted]"), on_failure: input.on_failure.default("closed") },
    ...{ deadline_ms: input.deadline_ms.default(1_000), is_active: input.is_active.default(true) },
  })
  .meta({ id: "GuardrailCreate" });

const guardrailUpdate = z
  .strictObject({ ...input, new_secret: z.literal(true).describe("Of a webhook. The old one opens nothing any more.") })
  .partial()
  .meta({ id: "GuardrailUpdate" });

/** Patterns take a time that is linear in it, and a thread that others need. */
const mostTried = 5_000;
const outcomes = ["none", "flag", "redact", "block", "not_asked", "other_stage", "failed"] as const;

const trialInput = z
  .strictObject({
    text: z.string().min(1).max(mostTried).describe("Kept nowhere."),
    stage: z.enum(["input", "output"]).describe("As a text of a request, or of an answer."),
    guardrail_ids: z.array(id).min(1).max(200).nullable().default(null).describe(meanings.tried_ids),
    ask: z
      .boolean()
      .default(false)
      .describe("Webhooks and moderation endpoints are asked: for who may change all guardrails."),
    draft: z
      .strictObject({
        ...{ name: input.name.default("draft"), check: input.check, action: input.action.default("block") },
        ...{ stage: input.stage.default("both"), replacement: input.replacement.default("[redacted]") },
      })
      .nullable()
      .default(null)
      .describe("One that is not made yet, beside those, or by itself: for who may create guardrails."),
  })
  .meta({ id: "GuardrailTrialInput" });

const trial = z
  .object({
    outcome: openEnum(["passes", "blocked"]).describe("Of all of them together."),
    text: z.string().nullable().describe("What would be passed on. Null: nothing."),
    guardrails: z.array(
      z.object({
        id: id.nullable().describe("Null: the draft."),
        ...{ name: z.string(), kind: openEnum(guardrailKinds), action: openEnum(guardrailActions) },
        outcome: openEnum(outcomes).describe(meanings.outcome),
        found: z.array(z.object({ start: z.number(), end: z.number() })).describe(meanings.found),
        found_count: z.number(),
      }),
    ),
  })
  .meta({ id: "GuardrailTrial" });

const tag = "Guardrails";

export const guardrailRoutes = defineRoutes({
  list: {
    id: "guardrails.list",
    tag,
    permission: "guardrails.read",
    method: "GET",
    path: "/admin/guardrails",
    query: namedQuery("the name"),
    response: listOf(guardrail),
    status: 200,
    summary: "List guardrails",
    description: "Oldest first.",
  },
  create: {
    id: "guardrails.create",
    tag,
    permission: "guardrails.create",
    method: "POST",
    path: "/admin/guardrails",
    body: guardrailCreate,
    response: changedGuardrail,
    status: 201,
    summary: "Create a guardrail",
    description:
      "It is held against requests, answers or both, in every dialect, whole and streamed. What it cannot do is refused here.",
  },
  try: {
    id: "guardrails.try",
    tag,
    permission: "guardrails.read",
    method: "POST",
    path: "/admin/guardrails/try",
    body: trialInput,
    response: trial,
    status: 200,
    summary: "Try guardrails with a text",
    description:
      "What each finds in it and does with it, by what requests and answers are held to. No vendor is asked, nor a webhook or a moderation endpoint without `ask`, of which it says so. The text is taken for the only one of its request or answer.",
  },
  get: {
    id: "guardrails.get",
    tag,
    permission: "guardrails.read",
    method: "GET",
    path: "/admin/guardrails/{id}",
    params: idParams,
    response: guardrail,
    status: 200,
    summary: "Read a guardrail",
    description: "With what it looks for.",
  },
  update: {
    id: "guardrails.update",
    tag,
    permission: "guardrails.update",
    method: "PATCH",
    path: "/admin/guardrails/{id}",
    params: idParams,
    body: guardrailUpdate,
    response: changedGuardrail,
    status: 200,
    summary: "Change a guardrail",
    description:
      "Fields left out stay as they are; `check` is replaced as a whole. Requests that run go on as they were.",
  },
  remove: {
    id: "guardrails.remove",
    tag,
    permission: "guardrails.remove",
    method: "DELETE",
    path: "/admin/guardrails/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a guardrail",
    description: "It is held against nothing any more.",
  },
});
