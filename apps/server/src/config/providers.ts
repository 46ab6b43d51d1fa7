// Which vendors are configured: those whose variables are set, and those that ghostllm.yaml declares.

import { providers as definitions } from "@ghostllm/llm";

import type { DeclaredProvider } from "./declared/declarations.ts";
import type { ConfigProblem } from "./problems.ts";
import { type EntryRead, type ProviderSources, readProviderEntry } from "./provider-entry.ts";
import { detectProvider, type ProvidersFound } from "./provider-environment.ts";

function findDuplicates(declared: readonly DeclaredProvider[]): ConfigProblem[] {
  const repeated = declared.filter(({ name }, index) => declared.findIndex((other) => other.name === name) < index);
  return repeated.map(({ name, pointAt }) => ({
    path: pointAt("name"),
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

function readDeclared(input: ProviderSources): EntryRead {
  const list = input.yaml.root["providers"] ?? [];
  if (Array.isArray(list)) {
    const read = list.map((entry: unknown, index) => readProviderEntry(input, entry, index));
    const declared = read.flatMap((one) => one.declared);
    const problems = [...read.flatMap((one) => one.problems), ...findDuplicates(declared)];
    return { declared, problems, warnings: read.flatMap((one) => one.warnings) };
  }
  const path = `${input.yaml.pointAt(["providers"])} providers`;
  return {
    declared: [],
    problems: [{ path, message: "this is no list", hint: "Begin each provider with `- name:`." }],
    warnings: [],
  };
}

/** A provider that the file declares under its default name takes the place of the detected one. */
export function findProviders(input: ProviderSources): FoundProviders {
  const read = readDeclared(input);
  const declared = { ...read, providers: read.declared.map(({ body }) => body.configured) };
  const names = new Set(read.declared.map(({ name }) => name));
  const detectable = definitions.filter(({ type }) => !names.has(type));
  const detected = merge(detectable.map((definition) => detectProvider(definition, input.sources, input.egress)));
  return { ...merge([declared, detected]), declared: read.declared };
}

export interface FoundProviders extends ProvidersFound {
  readonly declared: readonly DeclaredProvider[];
}
