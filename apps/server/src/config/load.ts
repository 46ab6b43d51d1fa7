// Builds the one typed Config, called once by main and by the CLI. Environment goes before file, file before default.
// Invariant: either every value is valid, or one ConfigError lists everything that is wrong.

import { Egress } from "#domain/egress/egress.ts";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import { buildConfig, egressOf, type ConfigParts } from "./build.ts";
import type { Config } from "./config.ts";
import { findBackupProblems } from "./backup.ts";
import { findMailProblems } from "./mail.ts";
import { findMetricsProblems } from "./metrics.ts";
import { findTraceProblems } from "./traces.ts";
import { type Declarations, digestOf } from "./declared/declarations.ts";
import { declaredSections, findAliases, findKeys, findTeams, findUndeclared } from "./declared/find-declared.ts";
import { findValue, type Found } from "./find-value.ts";
import { type ConfigProblem, ConfigError, findSimilar } from "./problems.ts";
import type { ProviderSources } from "./provider-entry.ts";
import { findProviders } from "./providers.ts";
import { readCertificates } from "./certificates.ts";
import { findDatabaseProblems } from "./database.ts";
import { findEdgeProblems } from "./edge.ts";
import type { ReadSetting } from "./read-setting.ts";
import { findPriceProblems, findWeakSecrets } from "./security.ts";
import type { Setting } from "./setting.ts";
import { fileVariable, type SettingName, settings, type SettingValues } from "./settings.ts";
import { type ConfigSources, noteReads } from "./sources.ts";
import { impliedByDomains } from "./tls.ts";
import { findUnknownKeys } from "./unknown-keys.ts";
import { configFileOf, readYaml, type YamlFile } from "./yaml-file.ts";

/** Where each setting's value came from: a variable, a place in the file, or `default`. */
export type Origins = Readonly<Record<SettingName, string>>;

export interface LoadedConfig {
  readonly config: Config;
  /** What it was built of. */
  readonly values: SettingValues;
  readonly parts: ConfigParts;
  /** To be read anew. */
  readonly sources: ConfigSources;
  readonly origins: Origins;
  /** Sentences for the operator, about things that are legal and probably not meant. */
  readonly warnings: readonly string[];
  /** The configuration file that was read, null when there is none. */
  readonly file: string | null;
  /** As it was read, with whatever secrets are in it. */
  readonly text: string | null;
  /** What the file declares beside settings. */
  readonly declared: Declarations;
  /** Of what is declared: the same where the same is. */
  readonly digest: string;
  /** Sentences about what a server has to look up: nothing is wrong with it as far as is known. */
  readonly notes: readonly string[];
  /** All files that were read, or would have been: where one of them changes, the configuration may. */
  readonly files: readonly string[];
}

const settingEntries = Object.entries(settings) as [SettingName, Setting<unknown>][];
const yamlPaths = [...settingEntries.map(([, { path }]) => path), ...declaredSections];

/** A misspelled variable is only a warning: the environment is shared with everything else on the machine. */
function findMisspelled(sources: ConfigSources): string[] {
  const known = [...settingEntries.map(([, { variable }]) => variable), fileVariable.variable];
  return Object.keys(sources.environment).flatMap((name) => {
    if (!name.startsWith("GHOSTLLM_") || known.includes(name)) return [];
    const similar = findSimilar(name, known);
    return similar === null ? [] : [`${name} is not read; did you mean ${similar}?`];
  });
}

function warnOfPublicSecrets(found: ReadonlyMap<SettingName, Found>, yaml: YamlFile): string[] {
  if (!yaml.isPublic) return [];
  return settingEntries.flatMap(([name, one]) => {
    const { value, origin } = found.get(name) ?? {};
    const isInFile = origin !== one.variable && yaml.isWrittenOut(one.path.split("."));
    if (!(value instanceof Secret) || !isInFile) return [];
    return [`${origin} holds the secret ${one.path}, and every user of this machine can read the file: chmod 600 it`];
  });
}

/** A proxy for all kinds of vendors that no kind is left for: other programs may know what it is. */
function isOutdone(name: SettingName, found: ReadonlyMap<SettingName, Found>): boolean {
  const isSet = (one: SettingName): boolean => (found.get(one)?.value ?? null) !== null;
  return name === "allProxy" && isSet("httpProxy") && isSet("httpsProxy");
}

const unset = { value: null, origin: "default" };

/** What was set goes before what follows from other settings, and that before a default. */
function addImplied(found: Map<SettingName, Found>): void {
  const { values, origin } = impliedByDomains((name) => found.get(name) ?? unset);
  for (const [name, value] of Object.entries(values))
    found.set(name as SettingName, { value, origin, problem: null, warning: null });
}

/** The configuration with all that is to be said about it. */
export function inspectConfig(given: ConfigSources): LoadedConfig {
  const { sources, files } = noteReads(given);
  const yaml = readYaml(sources);
  const found = new Map(settingEntries.map(([name, one]) => [name, findValue(one, sources, yaml)]));
  addImplied(found);
  const pick = <Part>(part: (one: Found) => Part) =>
    Object.fromEntries([...found].map(([name, one]) => [name, part(one)]));
  const values = pick(({ value }) => value) as SettingValues;
  const egress = egressOf(values);
  const { providers, things, ...declaring } = findThings({ sources, yaml, egress: new Egress(egress) });
  const certificates = readCertificates(sources, findValue(settings.certificatesFile, sources, yaml));
  const acmeCertificates = readCertificates(sources, findValue(settings.acmeCaFile, sources, yaml));
  const read: ReadSetting = (name) => found.get(name) ?? unset;
  refuse(yaml.problems, [
    ...findUnknownKeys(yaml, yamlPaths),
    ...[...found].flatMap(([name, { problem }]) => (problem === null || isOutdone(name, found) ? [] : problem)),
    ...certificates.problems,
    ...acmeCertificates.problems,
    ...findCombined(read, egress),
    ...declaring.problems,
  ]);
  const governs = declaredSections.some((section) => yaml.root[section] !== undefined);
  const declared = { file: yaml.file === null ? null : yaml.name, governs, ...things };
  const parts = {
    cwd: sources.cwd,
    providers,
    certificates: certificates.text,
    acmeCertificates: acmeCertificates.text,
  };
  return {
    ...{ config: buildConfig(values, parts), values, parts, sources: given },
    origins: pick(({ origin }) => origin) as Origins,
    warnings: [
      ...[...found.values()].flatMap(({ warning }) => warning ?? []),
      ...warnOfPublicSecrets(found, yaml),
      ...declaring.warnings,
      ...findMisspelled(sources),
    ],
    ...{ file: yaml.file, text: yaml.text },
    ...{ declared, digest: digestOf(declared) },
    notes: findUndeclared({ ...things, providers: providers.map(({ name }) => name) }),
    files: [configFileOf(sources).file, ...files()],
  };
}

/** Providers of the environment, and all that the file declares. */
function findThings(input: ProviderSources) {
  const { providers, declared, ...vendors } = findProviders(input);
  const [aliases, teams, keys] = [findAliases(input), findTeams(input), findKeys(input)];
  const all = [vendors, aliases, teams, keys];
  return {
    providers,
    things: { providers: declared, aliases: aliases.things, teams: teams.things, keys: keys.things },
    problems: all.flatMap(({ problems }) => problems),
    warnings: all.flatMap(({ warnings }) => warnings),
  };
}

/** Settings that are right by themselves, and not together. */
function findCombined(read: ReadSetting, egress: EgressSettings): readonly ConfigProblem[] {
  return [
    ...findEdgeProblems(read),
    ...findDatabaseProblems(read),
    ...findWeakSecrets(read),
    ...findMailProblems(read),
    ...findBackupProblems(read),
    ...findMetricsProblems(read),
    ...findTraceProblems(read, new Egress(egress)),
    ...findPriceProblems(read, egress),
  ];
}

/** Where the file itself is at fault, what is wrong with the value follows from it. */
function refuse(ofFile: readonly ConfigProblem[], others: readonly ConfigProblem[]): void {
  const follows = ({ path }: ConfigProblem): boolean => ofFile.some((one) => path.startsWith(`${one.path} `));
  const problems = [...ofFile, ...others.filter((one) => !follows(one))];
  if (problems.length > 0) throw new ConfigError(problems);
}

export function loadConfig(sources: ConfigSources): Config {
  return inspectConfig(sources).config;
}
