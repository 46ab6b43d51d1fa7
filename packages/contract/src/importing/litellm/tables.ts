// The tables of LiteLLM's database that an import reads, as schema.prisma of LiteLLM 1.110 has them; of older versions what is there.

import { isFields, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import type { SourceDatabase } from "#importing/sources/source-database.ts";

export interface Tables {
  readonly keys: readonly Fields[];
  readonly users: readonly Fields[];
  readonly teams: readonly Fields[];
  readonly organizations: readonly Fields[];
  readonly memberships: readonly Fields[];
  readonly models: readonly Fields[];
  readonly credentials: readonly Fields[];
  readonly settings: readonly Fields[];
  readonly accessGroups: readonly Fields[];
  readonly usage: readonly Fields[];
  /** The row of LiteLLM_BudgetTable with this id. */
  budget(id: unknown): Fields | undefined;
}

export const noTables: Tables = {
  ...{ keys: [], users: [], teams: [], organizations: [], memberships: [], models: [] },
  ...{ credentials: [], settings: [], accessGroups: [], usage: [] },
  budget: () => undefined,
};

export async function readTables(database: SourceDatabase, findings: Findings): Promise<Tables> {
  const budgets = new Map((await database.rows("LiteLLM_BudgetTable")).map((row) => [row["budget_id"], row]));
  await nameOthers(database, findings);
  return {
    keys: await database.rows("LiteLLM_VerificationToken"),
    users: await database.rows("LiteLLM_UserTable"),
    teams: await database.rows("LiteLLM_TeamTable"),
    organizations: await database.rows("LiteLLM_OrganizationTable"),
    memberships: await database.rows("LiteLLM_TeamMembership"),
    models: await database.rows("LiteLLM_ProxyModelTable"),
    credentials: await database.rows("LiteLLM_CredentialsTable"),
    settings: (await database.rows("LiteLLM_Config")).filter(isFields),
    accessGroups: await database.rows("LiteLLM_AccessGroupTable"),
    usage: await readUsage(database),
    budget: (id) => budgets.get(id),
  };
}

const byDay = `select date || 'T00:00:00.000Z' as hour, api_key, coalesce(model, '') as model,
    coalesce(model_group, '') as model_group, coalesce(custom_llm_provider, '') as vendor,
    sum(api_requests) as requests, sum(failed_requests) as errors, sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens, sum(cache_read_input_tokens) as cached_tokens,
    sum(cache_creation_input_tokens) as cache_write_tokens, sum(spend) as spend
  from "LiteLLM_DailyUserSpend" group by 1, 2, 3, 4, 5`;

/** Of before LiteLLM kept sums by days. */
const byHour = `select to_char(date_trunc('hour', "startTime"), 'YYYY-MM-DD"T"HH24:00:00.000Z') as hour,
    api_key, model, coalesce(model_group, '') as model_group, coalesce(custom_llm_provider, '') as vendor,
    count(*) as requests, 0 as errors, sum(prompt_tokens) as prompt_tokens,
    sum(completion_tokens) as completion_tokens, 0 as cached_tokens, 0 as cache_write_tokens, sum(spend) as spend
  from "LiteLLM_SpendLogs" group by 1, 2, 3, 4, 5`;

async function readUsage(database: SourceDatabase): Promise<readonly Fields[]> {
  const days = await database.query("LiteLLM_DailyUserSpend", byDay);
  return days.length > 0 ? days : database.query("LiteLLM_SpendLogs", byHour);
}

/** Tables of what is not moved, and why. */
const others: Readonly<Record<string, string>> = {
  LiteLLM_EndUserTable:
    "people who have no key have no budgets here: a key that acts for users counts by them (docs/keys.md)",
  LiteLLM_TagTable: "tags have no budgets here",
  LiteLLM_ProjectTable: "projects within teams: their keys are moved, their budgets are not",
  LiteLLM_OrganizationMembership: "people are in teams here, not in organisations",
  LiteLLM_DeprecatedVerificationToken: "the secrets before a rotation stop working",
  LiteLLM_JWTKeyMapping: "requests are let in by keys alone",
  LiteLLM_ModelAccessGroupBudgetTable: "groups of models have no budgets here: aliases have",
  LiteLLM_MCPServerTable: "tools are called by clients here",
  LiteLLM_AgentsTable: "there are no agents here",
  LiteLLM_GuardrailsTable: "make guardrails here (docs/guardrails.md)",
  LiteLLM_PromptTable: "prompts are not kept here",
  LiteLLM_PolicyTable: "policies are not moved",
  LiteLLM_ManagedVectorStoresTable: "vector stores are not moved",
  LiteLLM_ManagedFileTable: "files at vendors are not known here",
  LiteLLM_InvitationLink: "send links for passwords",
  LiteLLM_AuditLog: "the audit log here begins with its own first entry",
};

async function nameOthers(database: SourceDatabase, findings: Findings): Promise<void> {
  for (const [table, reason] of Object.entries(others)) {
    const [row] = await database.query(table, `select count(*) as rows from "${table}"`);
    const rows = Number(row?.["rows"] ?? 0);
    if (rows > 0) findings.unsupported(`${table}: ${rows}`, reason);
  }
}
