// What a LiteLLM proxy has, by its config.yaml and its PostgreSQL, as what is to be here. Facts are those of LiteLLM 1.110.

import { unbounded, nothingDesired, type Desired } from "#importing/desired.ts";
import type { Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import { ProviderSet } from "#importing/providers.ts";
import { textOf } from "#importing/fields.ts";
import type { SourceDatabase } from "#importing/sources/source-database.ts";
import type { Variables } from "#importing/sources/variables.ts";
import { AccessGroups } from "./access.ts";
import type { BudgetContext } from "./budgets.ts";
import { readConfig, withVariables, type Config } from "./config.ts";
import { toAliases, toModels } from "./groups.ts";
import { keeper, readKeys } from "./keys.ts";
import { readPeople } from "./people.ts";
import { readRouter } from "./router.ts";
import { gradeSettings } from "./settings.ts";
import { type Decrypt, withStored } from "./stored-models.ts";
import { noTables, readTables, type Tables } from "./tables.ts";
import { readTargets } from "./targets.ts";
import { readUsage } from "./usage.ts";

export interface LiteLlmSource {
  /** Of the configuration, as it was read. */
  readonly file: Fields;
  /** Null: only what the file says is moved. */
  readonly database: SourceDatabase | null;
  /** Of what the database keeps; nothing else is encrypted. */
  readonly decrypt: Decrypt;
  readonly variables: Variables;
  /** By which its database is encrypted; null: LITELLM_SALT_KEY, or else its master key. */
  readonly saltKey: string | null;
  /** As the server keeps apart what several proxies tell. */
  readonly name: string;
  /** Epoch ms. */
  readonly now: number;
}

export async function readLiteLlm(source: LiteLlmSource, findings: Findings): Promise<Desired> {
  const { file, database, variables } = source;
  const given = readConfig(file, variables, findings);
  const tables = database === null ? noTables : await readTables(database, findings);
  const saltKey = source.saltKey ?? variables.find("LITELLM_SALT_KEY") ?? masterKeyOf(given, variables);
  const config = withStored(given, { tables, variables, findings, saltKey, decrypt: source.decrypt });
  const desired = { ...nothingDesired, source: source.name, ...catalogueOf(config, variables, findings) };
  const sections = {
    router_settings: config.router,
    litellm_settings: config.litellm,
    general_settings: config.general,
  };
  gradeSettings(sections, findings);
  if (database === null) return desired;
  return { ...desired, ...peopleOf(config, tables, { findings, now: source.now }) };
}

function masterKeyOf({ general }: Config, variables: Variables): string | null {
  return textOf(withVariables(general["master_key"], variables)) ?? variables.find("LITELLM_MASTER_KEY");
}

function catalogueOf(
  config: Config,
  variables: Variables,
  findings: Findings,
): Pick<Desired, "providers" | "models" | "aliases"> {
  const providers = new ProviderSet();
  const targets = readTargets({ config, variables, providers, findings });
  const terms = readRouter(config.router, config.litellm, findings);
  const aliases = toAliases(targets, terms, findings);
  return { providers: providers.all, models: toModels(targets), aliases };
}

function peopleOf(
  config: Config,
  tables: Tables,
  { findings, now }: { readonly findings: Findings; readonly now: number },
): Pick<Desired, "organisations" | "users" | "teams" | "members" | "keys" | "usage"> {
  const context: BudgetContext = {
    timeZone: textOf(config.litellm["timezone"]) ?? "UTC",
    resetTime: textOf(config.litellm["budget_reset_time"]),
    now,
  };
  const reading = { tables, access: new AccessGroups(config.deployments, tables.accessGroups), context, findings };
  const { organisations, users, teams, members, ...people } = readPeople(reading);
  const keys = readKeys(reading, { organisations, users, teams, members, ...people });
  const hasStray = keys.some(({ user }) => user === keeper.ref);
  const stray = { ...keeper, username: "Imported keys", role: "member", isActive: true, bounds: unbounded };
  const usage = readUsage(tables, findings);
  return { organisations, users: hasStray ? [...users, stray] : users, teams, members, keys, usage };
}
