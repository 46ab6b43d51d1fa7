// Which vendors are configured: those whose variables are set, and those that ghostllm.yaml declares.

import { providers as definitions } from "@ghostllm/llm";

import type { ConfiguredProvider } from "./config.ts";
import type { ConfigProblem } from "./problems.ts";
import { type ProviderSources, readProviderEntry } from "./provider-entry.ts";
import { detectProvider, type ProvidersFound } from "./provider-environment.ts";

function findDuplicates(declared: readonly ConfiguredProvider[]): ConfigProblem[] {
  const repeated = declared.filter(({ name }, index) => declared.findIndex((other) => other.name === name) < index);
  return repeated.map(({ name, origin }) => ({
    path: `${origin} providers`,
    message: `the name \`${name}\` is taken by another provider`,
    hint: "Give each provider a name of its own.",
  }));
}

function merge(parts: readonly ProvidersFound[]): ProvidersFound {
  return {
    providers: parts.flatMap((part) => part.providers),
    problems: parts.flatMap((part) => part.problems),
    warnings: parts.flatMap((part) => part.warnings),
  };
}

function readDeclared(input: ProviderSources): ProvidersFound {
  const list = input.yaml.root["providers"] ?? [];
  if (Array.isArray(list)) return merge(list.map((entry: unknown, index) => readProviderEntry(input, entry, index)));
  const path = `${input.yaml.locate(["providers"])} providers`;
  return {
    providers: [],
    problems: [{ path, message: "this is no list", hint: "Begin each provider with `- name:`." }],
    warnings: [],
  };
}

/** A provider that the file declares under its default name takes the place of the detected one. */
export function findProviders(input: ProviderSources): ProvidersFound {
  const declared = readDeclared(input);
  const names = new Set(declared.providers.map(({ name }) => name));
  const detectable = definitions.filter(({ type }) => !names.has(type));
  const detected = merge(detectable.map((definition) => detectProvider(definition, input.sources, input.egress)));
  const found = merge([declared, detected]);
  return { ...found, problems: [...found.problems, ...findDuplicates(declared.providers)] };
}
