// What a saved view of the console may hold: the parameters that its page has in the URL, each with a bound, and nothing else.

import { z } from "zod";
import { auditOutcomes } from "./routes/audit-entry.ts";
import { consentStatuses } from "./routes/consents.ts";
import { usageStatuses } from "./usage-fields.ts";

export const viewPages = [
  "keys",
  "users",
  "teams",
  "organisations",
  "providers",
  "models",
  "aliases",
  "guardrails",
  "budgets",
  "consents",
  "requests",
  "usage",
  "reports",
  "audit",
] as const;
export type ViewPage = (typeof viewPages)[number];

/** A whole key, of ours or of a vendor, or a session: who pastes one into a filter does not want to keep it there. */
const secret = /\b(?:gk-\w{12}-\w{8,}|admin-\w{32,}|sk-[\w-]{20,}|eyJ[\w-]{20,})/;

const text = z
  .string()
  .min(1)
  .max(200)
  .refine((given) => !secret.test(given), "A key is a secret, and is not kept in a view");
const word = "[a-z][a-z0-9_-]{0,39}";
const sort = z
  .string()
  .regex(new RegExp(`^-?${word}$`), "Give the name of a column, with a dash before it for the other way");
const columns = z
  .string()
  .regex(new RegExp(`^${word}(\\.${word}){0,39}$`), "Give names of columns with dots between them");
const moment = z.iso.datetime({ offset: true });

const table = { q: text.optional(), sort: sort.optional(), columns: columns.optional() };
const time = {
  range: z.enum(["1h", "24h", "7d", "30d"]).optional(),
  from: moment.optional(),
  to: moment.optional(),
};

/** By page: the names are those of the URL. */
export const viewSearches = {
  keys: z.strictObject({ ...table, team: text.optional() }),
  users: z.strictObject(table),
  teams: z.strictObject(table),
  organisations: z.strictObject(table),
  providers: z.strictObject(table),
  models: z.strictObject(table),
  aliases: z.strictObject({ ...table, team: text.optional() }),
  guardrails: z.strictObject(table),
  budgets: z.strictObject({
    ...table,
    state: z.enum(["reached", "near", "fine", "none"]).optional(),
    scope: z.enum(["key", "user", "team", "organisation", "alias", "provider"]).optional(),
  }),
  consents: z.strictObject({
    ...{ ...table, status: z.enum(consentStatuses).optional() },
    whose: z.enum(["own", "decide"]).optional(),
  }),
  requests: z.strictObject({
    ...{ sort: table.sort, columns: table.columns, ...time, id: text.optional(), model: text.optional() },
    ...{ asked: text.optional(), provider: text.optional(), key: text.optional(), user: text.optional() },
    ...{ team: text.optional(), organisation: text.optional() },
    status: z.enum([...usageStatuses, "failed"]).optional(),
    streamed: z.enum(["true", "false"]).optional(),
  }),
  reports: z.strictObject(table),
  audit: z.strictObject({
    ...{ ...table, ...time, actor: text.optional() },
    outcome: z.enum(auditOutcomes).optional(),
    kind: z
      .string()
      .regex(new RegExp(`^${word}$`))
      .optional(),
  }),
  usage: z.strictObject({
    ...table,
    ...time,
    by: z
      .string()
      .regex(/^[a-z]+(,[a-z]+)?$/)
      .optional(),
    bucket: z.enum(["minute", "hour", "day"]).optional(),
    show: z.enum(["tokens", "requests", "errors"]).optional(),
    compare: z.enum(["no"]).optional(),
    as: z.enum(["table"]).optional(),
  }),
} satisfies Readonly<Record<ViewPage, z.ZodObject>>;
