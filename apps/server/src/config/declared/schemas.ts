// What may stand in ghostllm.yaml of what operators manage: the bodies of the admin API, with names where that has ids. The file has no
// other schema than the API.

import { adminRoutes } from "@ghostllm/contract/routes";
import { z } from "zod";

const { providers, models, aliases, teams, apiKeys } = adminRoutes;

const was = z
  .string()
  .min(1)
  .max(128)
  .optional()
  .describe("The name that it had in the file before: it is renamed, and keeps what it has spent.");

const teamName = z.string().trim().min(1).max(100).nullable().default(null);

/** How a secret is written. */
const secret = z
  .string()
  .min(1)
  .max(10_000)
  .describe("Itself, a variable (`${NAME}`), or a file (`file:/run/secrets/name`).");

const value = z.union([z.string().max(8_000), z.strictObject({ env: z.string() })]);
const values = z.record(z.string(), value);
const variables = z.record(z.string(), z.string());

const held = providers.create.body.pick({ enabled: true, limits: true, budgets: true }).shape;

export const declaredModel = models.update.body;

/** What it is held to; all else of a provider is read by provider-entry.ts. */
export const declaredHold = z.strictObject(held);

export const declaredProvider = z.strictObject({
  name: z.string().optional().describe("First part of `provider/model`; the type where left out."),
  type: z.string().describe("One of those in docs/providers.md."),
  base_url: z.string().nullable().optional(),
  api_key: secret.nullable().optional(),
  api_key_env: z.string().nullable().optional().describe("Name of the variable that holds the key."),
  settings: z.record(z.string(), z.string()).nullable().optional(),
  headers: values.nullable().optional(),
  headers_env: variables.nullable().optional(),
  query: values.nullable().optional(),
  query_env: variables.nullable().optional(),
  ...held,
  models: z
    .record(z.string(), declaredModel)
    .nullable()
    .optional()
    .describe("What is set of its models, by name: prices and the like."),
  was,
});

export const declaredAlias = aliases.create.body
  .omit({ team_id: true })
  .extend({ team: teamName.describe("Name of the team whose keys alone find it; left out: it is everybody's."), was });

export const declaredTeam = teams.create.body.omit({ organisation_id: true }).extend({
  organisation: teamName.describe("Name of the organisation that it is of; it cannot be changed later."),
  was,
});

export const declaredKey = apiKeys.create.body.omit({ user_id: true, owner: true, team_id: true }).extend({
  secret: secret.optional().describe("The whole key, as a variable (`${NAME}`) or a file (`file:/run/secrets/key`)."),
  sha256: z
    .string()
    .toLowerCase()
    .regex(/^[0-9a-f]{64}$/, "Give the SHA-256 of the whole key, in hex")
    .optional()
    .describe("In place of `secret`: of the whole key, in hex."),
  team: teamName.describe("Name of the team that it is of."),
  user: z
    .string()
    .trim()
    .min(1)
    .max(254)
    .nullable()
    .default(null)
    .describe("E-mail of the user that it is of; left out: it is of the team itself."),
  overlap_seconds: z
    .int()
    .min(0)
    .max(30 * 86_400)
    .default(0)
    .describe("How long the secret of before goes on working when the file has another one."),
  was,
});

export type DeclaredHold = z.output<typeof declaredHold>;
export type AliasBody = z.output<typeof declaredAlias>;
export type TeamBody = z.output<typeof declaredTeam>;
export type KeyBody = z.output<typeof declaredKey>;
export type ModelBody = z.output<typeof declaredModel>;
