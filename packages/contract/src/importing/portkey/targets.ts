// A target of a Portkey config: a provider with its credential in the config, or one that Portkey keeps under a slug.

import { isEmpty, isFields, numberOf, textOf, type Fields } from "#importing/fields.ts";
import { providerName, type ProviderFacts } from "#importing/providers.ts";
import type { PortkeyReading } from "./reading.ts";

export interface PlacedTarget {
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
}

/** Portkey's word -> the type here, where they differ. */
const types: Readonly<Record<string, string>> = {
  "azure-openai": "azure-openai",
  "vertex-ai": "vertex",
  "together-ai": "together",
  "perplexity-ai": "perplexity",
  "mistral-ai": "mistral",
  "fireworks-ai": "fireworks",
  "x-ai": "xai",
  "novita-ai": "novita",
  "featherless-ai": "featherless",
  "workers-ai": "cloudflare",
  "z-ai": "zai",
  dashscope: "alibaba",
  github: "github-models",
  ...Object.fromEntries(
    [
      ...["openai", "anthropic", "google", "bedrock", "cohere", "groq", "deepseek", "openrouter", "cerebras"],
      ...["deepinfra", "ai21", "huggingface", "jina", "voyage", "moonshot", "nebius", "hyperbolic", "ollama"],
      ...["sambanova", "siliconflow", "ovhcloud"],
    ].map((name) => [name, name]),
  ),
};

const settings: Readonly<Record<string, string>> = {
  azure_api_version: "apiVersion",
  api_version: "apiVersion",
  aws_region: "region",
  vertex_project_id: "project",
  vertex_region: "location",
  workers_ai_account_id: "accountId",
};

const understood = new Set([
  ...["provider", "virtual_key", "api_key", "weight", "override_params", "custom_host", "strategy", "targets", "name"],
  ...["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "vertex_service_account_json", "model"],
  ...[
    "retry",
    "cache",
    "request_timeout",
    "resource_name",
    "azure_resource_name",
    "deployment_id",
    "openai_organization",
  ],
  ...["azure_deployment_id", "azure_model_name", "openai_project", "id", "slug", "on_status_codes", "config"],
  ...Object.keys(settings),
]);

export function readTarget(target: Fields, parent: Fields, reading: PortkeyReading): PlacedTarget | null {
  const { findings, item, providers, variables } = reading;
  const no = (reason: string): null => {
    findings.unsupported(item, reason);
    return null;
  };
  const overrides = { ...fieldsIn(parent["override_params"]), ...fieldsIn(target["override_params"]) };
  const named = namedBy(target, overrides, reading.model);
  if (named.model === null) return no("it names no model: add override_params.model, or give --model");
  const slug = textOf(target["virtual_key"]) ?? named.slug;
  const word = textOf(target["provider"])?.replace(/^@/, "") ?? slug ?? "";
  const type = types[word] ?? typeOfSlug(word);
  if (type === null) return no(`GhostLLM has no provider for ${word === "" ? "a target without one" : word}`);
  const variable = `PORTKEY_${(slug ?? word).toUpperCase().replace(/[^A-Z0-9]+/g, "_")}_API_KEY`;
  const credential = credentialOf(target) ?? variables.find(variable);
  if (credential === null && type !== "ollama")
    return no(`its key is kept at Portkey: give ${variable} in the environment or --env-file`);
  const facts: ProviderFacts = {
    type,
    baseUrl: baseOf(target),
    credential,
    settings: settingsOf(target),
    headers: headersOf(target),
  };
  const wished = slug === null ? type : providerName(slug, type);
  const notes = notesOf(target, overrides);
  findings.graded(item, notes, `${type}/${named.model}`);
  return { provider: providers.add(facts, wished), model: named.model, weight: numberOf(target["weight"]) ?? 1 };
}

const fieldsIn = (value: unknown): Fields => (isFields(value) ? value : {});

/** `@slug/model` names both. */
function namedBy(target: Fields, overrides: Fields, usual: string | null) {
  const azure = textOf(target["azure_deployment_id"]) ?? textOf(target["deployment_id"]);
  const model = azure ?? textOf(overrides["model"]) ?? textOf(target["model"]) ?? usual;
  const [, slug = null, rest = null] = /^@([^/]+)\/(.+)$/.exec(model ?? "") ?? [];
  return { slug, model: rest ?? model };
}

/** Slugs are made by people, mostly of a vendor's name: `openai-prod`. */
function typeOfSlug(slug: string): string | null {
  const found = Object.keys(types)
    .filter((word) => slug === word || slug.startsWith(`${word}-`) || slug.startsWith(`${word}_`))
    .toSorted((one, other) => other.length - one.length)[0];
  return found === undefined ? null : (types[found] ?? null);
}

function credentialOf(target: Fields): string | null {
  const [id, secret] = [textOf(target["aws_access_key_id"]), textOf(target["aws_secret_access_key"])];
  const session = textOf(target["aws_session_token"]);
  if (id !== null && secret !== null) return [id, secret, ...(session === null ? [] : [session])].join(":");
  const account = target["vertex_service_account_json"];
  return isFields(account) ? JSON.stringify(account) : textOf(target["api_key"]);
}

function baseOf(target: Fields): string | null {
  const resource = textOf(target["azure_resource_name"]) ?? textOf(target["resource_name"]);
  return textOf(target["custom_host"]) ?? (resource === null ? null : `https://${resource}.openai.azure.com`);
}

function settingsOf(target: Fields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([field, name]) => {
      const value = textOf(target[field]);
      return value === null ? [] : [[name, value]];
    }),
  );
}

function headersOf(target: Fields): Readonly<Record<string, string>> {
  const headers = { "openai-organization": target["openai_organization"], "openai-project": target["openai_project"] };
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (typeof value === "string" ? [[name, value]] : [])),
  );
}

function notesOf(target: Fields, overrides: Fields): readonly string[] {
  const lost = Object.keys(target).filter((name) => !understood.has(name) && !isEmpty(target[name]));
  const params = Object.keys(overrides).filter((name) => name !== "model");
  return [
    ...(lost.length === 0 ? [] : [`not moved: ${lost.join(", ")}`]),
    ...(params.length === 0 ? [] : [`override_params are not moved: ${params.join(", ")}`]),
  ];
}
