// The config.yaml of a LiteLLM proxy: https://docs.litellm.ai/docs/proxy/config_settings

import { fieldsOf, isFields, listOf, textOf, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import type { Variables } from "#importing/sources/variables.ts";

/** One of the entries of `model_list`, or a row of LiteLLM_ProxyModelTable. */
export interface Deployment {
  readonly modelName: string;
  readonly params: Fields;
  readonly info: Fields;
  readonly isBlocked: boolean;
}

export interface Config {
  readonly deployments: readonly Deployment[];
  /** `credential_list`, by name. */
  readonly credentials: ReadonlyMap<string, Fields>;
  readonly router: Fields;
  readonly litellm: Fields;
  readonly general: Fields;
}

const environment = "os.environ/";

/** Values that name a variable are read; what is missing is null. */
export function withVariables(value: unknown, variables: Variables): unknown {
  if (typeof value === "string" && value.startsWith(environment))
    return variables.find(value.slice(environment.length));
  if (Array.isArray(value)) return value.map((one) => withVariables(one, variables));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withVariables(one, variables)]));
}

const known = [
  ...["model_list", "router_settings", "litellm_settings", "general_settings"],
  ...["credential_list", "environment_variables"],
];

/** `file`: as it was read, with the names of variables in it. */
export function readConfig(file: Fields, variables: Variables, findings: Findings): Config {
  variables.keep(environmentOf(file["environment_variables"]));
  for (const name of Object.keys(file)) {
    if (!known.includes(name)) findings.unsupported(name, "this import knows nothing of it");
  }
  const router = fieldsOf(withVariables(file["router_settings"], variables));
  return {
    deployments: listOf(file["model_list"]).flatMap((entry, place) => readDeployment(entry, place, findings)),
    credentials: credentialsOf(listOf(file["credential_list"])),
    router,
    litellm: fieldsOf(file["litellm_settings"]),
    general: fieldsOf(file["general_settings"]),
  };
}

function environmentOf(given: unknown): Readonly<Record<string, string>> {
  const texts = Object.entries(fieldsOf(given)).flatMap(([name, value]) =>
    typeof value === "string" && !value.startsWith(environment) ? [[name, value]] : [],
  );
  return Object.fromEntries(texts) as Readonly<Record<string, string>>;
}

function readDeployment(entry: unknown, place: number, findings: Findings): readonly Deployment[] {
  const { model_name: name, litellm_params: params, model_info: info } = fieldsOf(entry);
  const modelName = textOf(name);
  if (modelName !== null && isFields(params) && textOf(params["model"]) !== null)
    return [{ modelName, params, info: fieldsOf(info), isBlocked: false }];
  findings.unsupported(`model_list[${place}]`, "it needs a model_name and litellm_params with a model");
  return [];
}

function credentialsOf(list: readonly unknown[]): ReadonlyMap<string, Fields> {
  return new Map(
    list.flatMap((entry): (readonly [string, Fields])[] => {
      const { credential_name: name, credential_values: values } = fieldsOf(entry);
      return typeof name === "string" ? [[name, fieldsOf(values)]] : [];
    }),
  );
}
