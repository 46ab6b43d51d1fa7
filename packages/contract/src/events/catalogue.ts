// What GhostLLM tells the outside: every type of event as data. The server's types, the checks of its tests, docs/events.md and
// docs/events.schema.json follow from this table. Invariant: no event holds a prompt, an answer or a secret.

import { z } from "zod";
import type { Permission } from "#access/permissions.ts";
import { budgetPeriods } from "#routes/budget-fields.ts";
import { id, limits, openEnum, time, usd } from "#routes/fields.ts";
import { auditChange, auditFacts } from "#routes/audit-entry.ts";
import { attributes, dataSchemaOf, typeOf } from "./cloud-event.ts";
import type { EventName } from "./event-names.ts";
import { by, name, ofRequest } from "./of-request.ts";
import { certificateEvents } from "./certificate-events.ts";
import { backupEvents } from "./backup-events.ts";
import { policyEvents } from "./policy-events.ts";
import { usageStatuses } from "#usage-fields.ts";

export interface EventType {
  readonly summary: string;
  /** What one must be allowed to see it; where that is for one's own, of the user whom it concerns. */
  readonly permission: Permission;
  /** What the events that keep their order are of: the field of the data whose value is the `partitionkey`. */
  readonly key: string;
  /** What it is about: the field of the data whose value is the `subject`. */
  readonly subject: string;
  readonly data: z.ZodObject;
}

const count = z.int().nonnegative();
const budget = usd.nullable().describe("Null is none.");

const ofModel = {
  provider: name,
  model: name.describe("The name that the model has at its provider."),
  requested_model: name.describe("The name that was asked for, such as an alias."),
};

const ofProvider = {
  provider_id: id,
  provider: name,
  models: z.array(name).describe("Those of its models that are left alone for a while."),
};

const ofTarget = {
  ...{ provider_id: id, provider: name },
  model: name.describe("The name that the model has at its provider."),
  reason: openEnum(["failures", "failure_rate", "slow", "rate_limit", "quota", "credential"])
    .nullable()
    .describe("Why it rested or rests."),
  until: time.nullable().describe("Until when it is left alone; null where it is not."),
};

function defineEvents<const Types extends Readonly<Record<EventName, EventType>>>(types: Types): Types {
  return types;
}

export const eventTypes = defineEvents({
  "user.login": {
    summary: "Somebody has signed in.",
    permission: "users.read",
    key: "user_id",
    subject: "user_id",
    data: z.object({
      user_id: id,
      username: name,
      address: z.string().describe("Of the client; empty where it is not known."),
      browser: z.boolean().describe("In the console, and not by the API."),
    }),
  },
  "key.created": {
    summary: "An API key was created.",
    permission: "keys.read",
    key: "key_id",
    subject: "key_id",
    data: z.object({
      ...{ key_id: id, user_id: id, name },
      public_id: z.string().describe("The part of the key that may be seen."),
      models: z.array(name).nullable().describe("Null is all."),
      ...{ limits, budget_usd: budget, expires_at: time.nullable(), created_by: by },
    }),
  },
  "user.limit": {
    summary: "The limits or the budget of a user were changed.",
    permission: "users.read",
    key: "user_id",
    subject: "user_id",
    data: z.object({
      user_id: id,
      ...{ limits, budget_usd: budget },
      before: z.object({ limits, budget_usd: budget }),
      changed_by: by,
    }),
  },
  "model.added": {
    summary: "A provider has a model that it had not before.",
    permission: "models.read",
    key: "provider_id",
    subject: "model_id",
    data: z.object({
      ...{ model_id: id, provider_id: id, provider: name, model: name },
      origin: openEnum(["catalog", "vendor", "operator"]).describe("Who named it."),
    }),
  },
  "provider.down": {
    summary: "A provider failed again and again, and is left alone for a while.",
    permission: "providers.read",
    key: "provider_id",
    subject: "provider_id",
    data: z.object(ofProvider),
  },
  "provider.up": {
    summary: "A provider that was left alone is asked again.",
    permission: "providers.read",
    key: "provider_id",
    subject: "provider_id",
    data: z.object(ofProvider),
  },
  "target.opened": {
    summary: "A model of a provider failed again and again, or was slow, and rests for all.",
    permission: "providers.read",
    key: "provider_id",
    subject: "provider_id",
    data: z.object(ofTarget),
  },
  "target.parked": {
    summary:
      "The account of a model's provider is out of money, or its credential was refused: it is left alone for long.",
    permission: "providers.read",
    key: "provider_id",
    subject: "provider_id",
    data: z.object(ofTarget),
  },
  "target.closed": {
    summary: "A model that rested or was parked has answered, and is asked as any other.",
    permission: "providers.read",
    key: "provider_id",
    subject: "provider_id",
    data: z.object(ofTarget),
  },
  "request.start": {
    summary: "A request was admitted: limits and budgets let it pass.",
    permission: "usage.read",
    key: "key_id",
    subject: "request_id",
    data: z.object({ ...ofRequest, requested_model: name, operation: name, streamed: z.boolean() }),
  },
  "request.end": {
    summary: "A request that reached a vendor is over, however it ended.",
    permission: "usage.read",
    key: "key_id",
    subject: "request_id",
    data: z.object({
      ...ofRequest,
      ...ofModel,
      provider_id: id.nullable().describe("Null where no vendor was asked."),
      ...{ dialect: name, operation: name, streamed: z.boolean() },
      status: openEnum(usageStatuses),
      ...{ http_status: count.nullable(), error_code: z.string().nullable() },
      latency_ms: z.number().nonnegative(),
      ttft_ms: z.number().nonnegative().nullable().describe("Until the first bytes of the answer."),
      attempts: count,
    }),
  },
  "usage.tracked": {
    summary: "What a request used and cost is stored.",
    permission: "usage.read",
    key: "key_id",
    subject: "request_id",
    data: z.object({
      ...ofRequest,
      ...ofModel,
      ...{ prompt_tokens: count, completion_tokens: count, cached_tokens: count, reasoning_tokens: count },
      cost_usd: usd.nullable().describe("Null where the price is unknown."),
      charged_usd: usd.describe("What budgets were charged."),
      estimated: z.boolean().describe("The vendor told no usage."),
    }),
  },
  "budget.threshold": {
    summary:
      "A key, a user, a team, an organisation, an alias or a provider has passed a threshold of a budget: 80 or 100 percent, or what the budget says.",
    permission: "keys.read",
    key: "scope_id",
    subject: "scope_id",
    data: z.object({
      scope_kind: openEnum(["key", "user", "team", "organisation", "alias", "provider"]),
      user_id: id.nullable().describe("Null but for keys and users."),
      ...{ scope_id: id, percent: z.int().positive() },
      ...{ budget_usd: usd, spent_usd: usd },
      budget: z
        .object({ id: z.string(), period: openEnum(budgetPeriods), starts_at: time, ends_at: time.nullable() })
        .nullable()
        .describe("Which of its budgets, in which of its periods; null: the one over its whole life."),
    }),
  },
  "report.finished": {
    summary: "A report that was due was sent, or could not be.",
    permission: "reports.manage",
    key: "report_id",
    subject: "report_id",
    data: z.object({
      ...{ report_id: id, run_id: id, user_id: id, name },
      state: openEnum(["sent", "failed", "skipped"]),
      error: z.string().nullable(),
      due_at: time,
      late: z.boolean().describe("More than ten minutes behind its time."),
      missed: count.describe("Due times before this one that no server was there for."),
      rows: count.nullable(),
    }),
  },
  ...certificateEvents,
  ...backupEvents,
  ...policyEvents,
  "rate.exceeded": {
    summary: "A request was refused because a limit is used up.",
    permission: "usage.read",
    key: "key_id",
    subject: "request_id",
    data: z.object({ ...ofRequest, path: z.string() }),
  },
  "audit.entry": {
    summary: "The audit log has a further entry.",
    permission: "audit.read",
    key: "log",
    subject: "entry_id",
    data: z.object({
      log: z.string().describe("Always `audit`: entries keep their order."),
      entry_id: id,
      ...auditFacts,
      changes: z.array(auditChange),
      details: z.record(z.string(), z.json()),
    }),
  },
});

export type EventData<Name extends EventName> = z.output<(typeof eventTypes)[Name]["data"]>;

/** Announced, and emitted by nothing yet. */
export const comingEvents: Readonly<Record<string, string>> = {
  "billing.update": "comes with bills",
  "health.check": "comes with providers that are asked for their health",
};

/** Of one type, whole. */
export function cloudEventOf(one: EventName) {
  return z.object({
    ...attributes,
    type: z.literal(typeOf(one)),
    dataschema: z.literal(dataSchemaOf(one)),
    data: eventTypes[one].data,
  });
}
