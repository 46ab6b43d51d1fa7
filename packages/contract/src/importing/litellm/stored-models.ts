// What LiteLLM keeps of its configuration in its database, where it is told to: models, credentials and settings, each text encrypted by itself.

import { fieldsOf, isFields, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import type { Variables } from "#importing/sources/variables.ts";
import { withVariables, type Config, type Deployment } from "./config.ts";
import type { Tables } from "./tables.ts";

export interface StoredReading {
  readonly tables: Tables;
  readonly variables: Variables;
  readonly findings: Findings;
  /** Null where nobody gave one. */
  readonly saltKey: string | null;
  readonly decrypt: Decrypt;
}

/** Of a value by the salt key; null where it is no such value, or of another key. */
export type Decrypt = (value: string, saltKey: string) => string | null;

/** The configuration of the file, and what the database has beside it. */
export function withStored(config: Config, { tables, variables, findings, saltKey, decrypt }: StoredReading): Config {
  const settings = new Map(tables.settings.map((row) => [String(row["param_name"]), fieldsOf(row["param_value"])]));
  const opened = (fields: Fields, item: string) => openAll(fields, { saltKey, decrypt, item, findings });
  const environment = settings.get("environment_variables");
  if (environment !== undefined)
    variables.keep(opened(environment, "environment_variables of the database") as Readonly<Record<string, string>>);
  const deployments = tables.models.map((row): Deployment => {
    const modelName = String(row["model_name"]);
    const params = opened(fieldsOf(row["litellm_params"]), `model ${modelName} of the database`);
    return { modelName, params, info: fieldsOf(row["model_info"]), isBlocked: row["blocked"] === true };
  });
  const credentials = tables.credentials.map((row): readonly [string, Fields] => {
    const name = String(row["credential_name"]);
    return [name, opened(fieldsOf(row["credential_values"]), `credential ${name} of the database`)];
  });
  return {
    deployments: [...config.deployments, ...deployments],
    credentials: new Map([...config.credentials, ...credentials]),
    router: { ...config.router, ...fieldsOf(withVariables(settings.get("router_settings"), variables)) },
    litellm: { ...config.litellm, ...settings.get("litellm_settings") },
    general: { ...config.general, ...settings.get("general_settings") },
  };
}

interface Opening {
  readonly decrypt: Decrypt;
  readonly saltKey: string | null;
  readonly item: string;
  readonly findings: Findings;
}

/** What is no encrypted text stays as it is: names of models are kept in clear by older versions. */
function openAll(fields: Fields, { saltKey, decrypt, item, findings }: Opening): Fields {
  const closed: string[] = [];
  const open = (name: string, value: unknown): unknown => {
    if (isFields(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, open(key, one)]));
    if (typeof value !== "string") return value;
    const opened = saltKey === null ? null : decrypt(value, saltKey);
    if (opened !== null) return opened;
    if (looksSealed(value)) closed.push(name);
    return looksSealed(value) ? null : value;
  };
  const result = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, open(name, value)]));
  const advice = saltKey === null ? "give --salt-key" : "the salt key is another one";
  if (closed.length > 0) findings.unsupported(`${item}: ${closed.join(", ")}`, `encrypted: ${advice}`);
  return result;
}

/** A nonce and a tag alone are 40 bytes. */
function looksSealed(value: string): boolean {
  return value.startsWith("v2:gcm:") || (/^[A-Za-z0-9_+/-]{54,}={0,2}$/.test(value) && !value.startsWith("sk-"));
}
