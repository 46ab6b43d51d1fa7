// The deployments of LiteLLM as targets here: a provider, with its credential, and a model at it.

import { usdOf } from "#importing/amounts.ts";
import type { DesiredModel } from "#importing/desired.ts";
import { isEmpty, numberOf, textOf, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import { providerName, type ProviderFacts, type ProviderSet } from "#importing/providers.ts";
import type { Variables } from "#importing/sources/variables.ts";
import { withVariables, type Config, type Deployment } from "./config.ts";
import { isOfOpenAi, vendorOf, vendors, type Vendor } from "./vendors.ts";

export interface Target {
  readonly group: string;
  readonly provider: string;
  readonly model: string;
  readonly params: Fields;
  readonly info: Fields;
  readonly facts: DesiredModel["facts"];
}

interface Reading {
  readonly config: Config;
  readonly variables: Variables;
  readonly providers: ProviderSet;
  readonly findings: Findings;
}

export function readTargets(reading: Reading): readonly Target[] {
  return reading.config.deployments.flatMap((deployment) => readTarget(reading, deployment) ?? []);
}

function readTarget({ config, variables, providers, findings }: Reading, deployment: Deployment): Target | null {
  const { modelName: group, isBlocked } = deployment;
  const given = withVariables(deployment.params, variables) as Fields;
  const credential = config.credentials.get(textOf(given["litellm_credential_name"]) ?? "") ?? {};
  const missing = missingOf([deployment.params, deployment.info, credential], variables);
  const params = { ...(withVariables(credential, variables) as Fields), ...given };
  const info = withVariables(deployment.info, variables) as Fields;
  const asked = textOf(params["model"]) ?? "";
  const item = `model ${group} (${asked})`;
  const no = (reason: string): null => {
    findings.unsupported(item, reason);
    return null;
  };
  if (isBlocked) return no("it is blocked there");
  if (missing.length > 0) return no(`the environment has no ${missing.join(", ")}: give it, or a file with --env-file`);
  if (textOf(info["team_id"]) !== null) return no("it is a model of one team alone: make it an alias of the team");
  const named = vendorOf(asked, textOf(params["custom_llm_provider"]));
  if (named === null) return no("nobody can tell whose model that is: write its provider before it");
  const vendor = vendorFor(named.vendor, named.model, params);
  if (vendor === null) return no(`GhostLLM has no provider for ${named.vendor}`);
  const facts = providerFacts(vendor, { params, variables, model: named.model });
  if (typeof facts === "string") return no(facts);
  const notes = [...notesOf(params, named.model), ...priceNotes(vendor, params)];
  const wished = vendor.type === "openai-compatible" ? hostOf(facts.baseUrl) : vendor.type;
  const provider = providers.add(facts, wished);
  findings.graded(item, notes, `${vendor.type}/${named.model}`);
  return { group, provider, model: named.model, params, info, facts: modelFacts(params, info) };
}

/** Of the variables that these name, those that nobody has set. */
function missingOf(values: readonly Fields[], variables: Variables): readonly string[] {
  const named = [...JSON.stringify(values).matchAll(/"os\.environ\/([^"]+)"/g)].map(([, name = ""]) => name);
  return [...new Set(named)].filter((name) => variables.find(name) === null);
}

/** OpenAI's dialect at another address is somebody else. Claude has a door of its own at Vertex. */
function vendorFor(word: string, model: string, params: Fields): Vendor | null {
  const vendor = vendors[word];
  const base = textOf(params["api_base"]) ?? textOf(params["base_url"]);
  if (vendor === undefined) return base === null ? null : (vendors["openai_like"] ?? null);
  const isElsewhere = vendor.type === "openai" && base !== null && !base.startsWith("https://api.openai.com");
  // A proxy before OpenAI has its models, at its prices.
  if (isElsewhere && !isOfOpenAi(model)) return vendors["openai_like"] ?? null;
  if (vendor.type === "vertex" && /claude/.test(textOf(params["model"]) ?? ""))
    return { ...vendor, type: "vertex-anthropic" };
  return vendor;
}

interface ProviderInput {
  readonly params: Fields;
  readonly variables: Variables;
  readonly model: string;
}

/** A text says why it cannot be. */
function providerFacts(vendor: Vendor, { params, variables }: ProviderInput): ProviderFacts | string {
  const baseUrl = textOf(params["api_base"]) ?? textOf(params["base_url"]) ?? azureBase(vendor, variables);
  if (vendor.needsBase === true && baseUrl === null) return "it has no api_base";
  const credential = credentialOf(vendor, params, variables);
  if (credential === null && vendor.needsNoKey !== true)
    return `it has no api_key, and the environment has no ${vendor.variables.join(" or ")}`;
  const settings = Object.entries(vendor.settings ?? {}).flatMap(([param, name]) => {
    const value = textOf(params[param]) ?? variables.find(settingVariables[param] ?? "");
    return value === null ? [] : [[name, value] as const];
  });
  return {
    ...{ type: vendor.type, baseUrl, credential, settings: Object.fromEntries(settings) },
    headers: headersOf(params),
  };
}

const settingVariables: Readonly<Record<string, string>> = {
  ...{ api_version: "AZURE_API_VERSION", aws_region_name: "AWS_REGION_NAME" },
  ...{ vertex_project: "VERTEXAI_PROJECT", vertex_location: "VERTEXAI_LOCATION" },
};

function azureBase({ type }: Vendor, variables: Variables): string | null {
  return type === "azure-openai" ? variables.find("AZURE_API_BASE") : null;
}

function credentialOf({ type, variables: names }: Vendor, params: Fields, variables: Variables): string | null {
  if (type === "bedrock") {
    const part = (param: string, variable: string) => textOf(params[param]) ?? variables.find(variable);
    const parts = [
      part("aws_access_key_id", "AWS_ACCESS_KEY_ID"),
      part("aws_secret_access_key", "AWS_SECRET_ACCESS_KEY"),
    ];
    const session = part("aws_session_token", "AWS_SESSION_TOKEN");
    if (parts.every((one) => one !== null)) return [...parts, ...(session === null ? [] : [session])].join(":");
  }
  const given = params["vertex_credentials"] ?? params["api_key"];
  const own = typeof given === "object" && given !== null ? JSON.stringify(given) : textOf(given);
  return own ?? names.map((name) => variables.find(name)).find((value) => value !== null) ?? null;
}

function headersOf(params: Fields): Readonly<Record<string, string>> {
  const given = params["extra_headers"] ?? params["headers"];
  const organization = textOf(params["organization"]);
  const headers = typeof given === "object" && given !== null ? Object.entries(given) : [];
  return Object.fromEntries([
    ...headers.flatMap(([name, value]) => (typeof value === "string" ? [[name, value] as const] : [])),
    ...(organization === null ? [] : [["openai-organization", organization] as const]),
  ]);
}

function hostOf(baseUrl: string | null): string {
  const host = baseUrl !== null && URL.canParse(baseUrl) ? new URL(baseUrl).host : "";
  return providerName(host, "openai-compatible");
}

/** Parameters that stand for something here, or that this import says something of elsewhere. */
const understood = new Set([
  ...["model", "api_key", "api_base", "base_url", "api_version", "custom_llm_provider", "litellm_credential_name"],
  ...["organization", "extra_headers", "headers", "rpm", "tpm", "weight", "order", "timeout", "stream_timeout"],
  ...["max_retries", "num_retries", "input_cost_per_token", "output_cost_per_token", "cache_read_input_token_cost"],
  ...["cache_creation_input_token_cost", "max_parallel_requests", "vertex_project", "vertex_location"],
  ...["vertex_credentials", "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_region_name"],
  ...["use_in_pass_through", "use_litellm_proxy", "merge_reasoning_content_in_choices", "drop_params", "model_info"],
]);

function notesOf(params: Fields, model: string): readonly string[] {
  const others = Object.keys(params).filter((name) => !understood.has(name) && !isEmpty(params[name]));
  const notes = others.length === 0 ? [] : [`not moved: ${others.join(", ")}`];
  if (numberOf(params["max_retries"] ?? params["num_retries"]) !== null)
    notes.push("retries are its alias's here, not each deployment's");
  if (model.includes("*") && (model.match(/\*/g) ?? []).length > 1) notes.push("one star is the most in a name here");
  return notes;
}

/** A budget needs a price. */
function priceNotes({ type }: Vendor, params: Fields): readonly string[] {
  if (type !== "openai-compatible" || params["input_cost_per_token"] !== undefined) return [];
  return ["its price is not known here: give it one, or keys with a budget cannot use it"];
}

/** USD for a million tokens, where it is given for one. */
function perMillion(value: unknown): string | null {
  const price = numberOf(value);
  return price === null ? null : usdOf(Number((price * 1_000_000).toPrecision(12)));
}

const prices: Readonly<Record<string, keyof DesiredModel["facts"]>> = {
  input_cost_per_token: "input_price_usd",
  output_cost_per_token: "output_price_usd",
  cache_read_input_token_cost: "cached_input_price_usd",
  cache_creation_input_token_cost: "cache_write_price_usd",
};

function modelFacts(params: Fields, info: Fields): DesiredModel["facts"] {
  const priced = Object.entries(prices).flatMap(([name, field]) => {
    const price = perMillion(params[name] ?? info[name]);
    return price === null ? [] : [[field, price] as const];
  });
  const context = numberOf(info["max_input_tokens"]);
  return {
    ...Object.fromEntries(priced),
    ...(context !== null && context > 0 && { context_length: Math.trunc(context) }),
  };
}
