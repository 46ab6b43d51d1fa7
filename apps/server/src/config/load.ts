// Builds the one typed Config, called once by main and by the CLI. Environment goes before file, file before default.
// Invariant: either every value is valid, or one ConfigError lists everything that is wrong.

import { Egress } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import { buildConfig, egressOf } from "./build.ts";
import type { Config, Network } from "./config.ts";
import { findBackupProblems } from "./backup.ts";
import { findMailProblems } from "./mail.ts";
import { findMetricsProblems } from "./metrics.ts";
import { findTraceProblems } from "./traces.ts";
import { type ConfigProblem, ConfigError, findSimilar, suggest } from "./problems.ts";
import { findSet } from "./provider-environment.ts";
import { findProviders } from "./providers.ts";
import { readCertificates } from "./certificates.ts";
import { findDatabaseProblems } from "./database.ts";
import { findEdgeProblems } from "./edge.ts";
import type { ReadSetting } from "./read-setting.ts";
import { findPriceProblems, findWeakSecrets } from "./security.ts";
import type { Setting } from "./setting.ts";
import { fileVariable, type SettingName, settings, type SettingValues } from "./settings.ts";
import type { ConfigSources } from "./sources.ts";
import { impliedByDomains } from "./tls.ts";
import { isRecord, readYaml, type YamlFile } from "./yaml-file.ts";

/** Where each setting's value came from: a variable, a place in the file, or `default`. */
export type Origins = Readonly<Record<SettingName, string>>;

export interface LoadedConfig {
  readonly config: Config;
  readonly origins: Origins;
  /** Sentences for the operator, about things that are legal and probably not meant. */
  readonly warnings: readonly string[];
  /** The configuration file that was read, null when there is none. */
  readonly file: string | null;
}

interface Found {
  readonly value: unknown;
  readonly origin: string;
  readonly problem: ConfigProblem | null;
  readonly warning: string | null;
}

const settingEntries = Object.entries(settings) as [SettingName, Setting<unknown>][];
const yamlPaths = [...settingEntries.map(([, { path }]) => path), "providers"];

function readPath(root: Readonly<Record<string, unknown>>, path: string): unknown {
  return path.split(".").reduce<unknown>((node, key) => (isRecord(node) ? node[key] : undefined), root);
}

function variablesOf({ variable, alsoVariable }: Setting<unknown>): readonly string[] {
  return alsoVariable === undefined ? [variable] : [alsoVariable, variable];
}

function findRaw(
  one: Setting<unknown>,
  sources: ConfigSources,
  yaml: YamlFile,
): { raw: unknown; origin: string } | null {
  const named = findSet(sources, variablesOf(one));
  if (named !== null) return { raw: named.value, origin: named.variable };
  const raw = readPath(yaml.root, one.path);
  if (raw === undefined || raw === null || raw === "") return null;
  return { raw, origin: yaml.locate(one.path.split(".")) };
}

function adviseLength(one: Setting<unknown>, value: unknown, origin: string): string | null {
  const advised = one.advisedLength ?? 0;
  if (!(value instanceof Secret) || value.reveal().length >= advised) return null;
  return `${origin}: ${one.path} is shorter than ${advised} characters and easy to guess; \`openssl rand -base64 32\` makes a good one`;
}

function findValue(one: Setting<unknown>, sources: ConfigSources, yaml: YamlFile): Found {
  const found = findRaw(one, sources, yaml);
  if (found === null) return { value: one.default, origin: "default", problem: null, warning: null };
  const { raw, origin } = found;
  const parsed = one.kind.parse(raw);
  if (parsed.ok)
    return { value: parsed.value, origin, problem: null, warning: adviseLength(one, parsed.value, origin) };
  const path = variablesOf(one).includes(origin) ? origin : `${origin} ${one.path}`;
  return { value: one.default, origin, problem: { path, message: parsed.message, hint: parsed.hint }, warning: null };
}

/** Keys of the file that no setting has, at every level. */
function findUnknownKeys(
  yaml: YamlFile,
  node: Readonly<Record<string, unknown>>,
  above: readonly string[],
): ConfigProblem[] {
  const below = yamlPaths
    .map((path) => path.split("."))
    .filter((path) => above.every((key, level) => path[level] === key));
  const known = [...new Set(below.flatMap((path) => path[above.length] ?? []))];
  return Object.entries(node).flatMap(([key, value]) => {
    const path = [...above, key];
    const place = `${yaml.locate(path)} ${path.join(".")}`;
    if (!known.includes(key)) return [{ path: place, message: `unknown key \`${key}\``, hint: suggest(key, known) }];
    if (yamlPaths.includes(path.join("."))) return [];
    if (isRecord(value)) return findUnknownKeys(yaml, value, path);
    if (value === null) return [];
    return [
      {
        path: place,
        message: "this holds other settings and no value of its own",
        hint: "Write them below it, indented.",
      },
    ];
  });
}

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
    if (!(value instanceof Secret) || origin === one.variable) return [];
    return [`${origin} holds the secret ${one.path}, and every user of this machine can read the file: chmod 600 it`];
  });
}

/** A proxy for all kinds of vendors that no kind is left for: other programs may know what it is. */
function isOutdone(name: SettingName, found: ReadonlyMap<SettingName, Found>): boolean {
  const isSet = (one: SettingName): boolean => (found.get(one)?.value ?? null) !== null;
  return name === "allProxy" && isSet("httpProxy") && isSet("httpsProxy");
}

/** What stands for all goes behind what is told of one kind; https goes through http's proxy where it has none. */
function networkOf(values: SettingValues, certificates: string | null): Network {
  const { httpProxy, httpsProxy, allProxy, noProxy, proxiesLoopback, certificatesFile } = values;
  const forHttp = httpProxy ?? allProxy;
  const proxies = { httpProxy: forHttp, httpsProxy: httpsProxy ?? forHttp };
  return { ...proxies, allProxy, noProxy, proxiesLoopback, certificatesFile, certificates };
}

const unset = { value: null, origin: "default" };

/** What was set goes before what follows from other settings, and that before a default. */
function addImplied(found: Map<SettingName, Found>): void {
  const { values, origin } = impliedByDomains((name) => found.get(name) ?? unset);
  for (const [name, value] of Object.entries(values))
    found.set(name as SettingName, { value, origin, problem: null, warning: null });
}

/** The configuration with all that is to be said about it. */
export function inspectConfig(sources: ConfigSources): LoadedConfig {
  const yaml = readYaml(sources);
  const found = new Map(settingEntries.map(([name, one]) => [name, findValue(one, sources, yaml)]));
  addImplied(found);
  const pick = <Part>(part: (one: Found) => Part) =>
    Object.fromEntries([...found].map(([name, one]) => [name, part(one)]));
  const values = pick(({ value }) => value) as SettingValues;
  const egress = egressOf(values);
  const { providers, problems, warnings } = findProviders({ sources, yaml, egress: new Egress(egress) });
  const certificates = readCertificates(sources, findValue(settings.certificatesFile, sources, yaml));
  const acmeCertificates = readCertificates(sources, findValue(settings.acmeCaFile, sources, yaml));
  const read: ReadSetting = (name) => found.get(name) ?? unset;
  const all = [
    ...yaml.problems,
    ...findUnknownKeys(yaml, yaml.root, []),
    ...[...found].flatMap(([name, { problem }]) => (problem === null || isOutdone(name, found) ? [] : problem)),
    ...certificates.problems,
    ...acmeCertificates.problems,
    ...findEdgeProblems(read),
    ...findDatabaseProblems(read),
    ...findWeakSecrets(read),
    ...findMailProblems(read),
    ...findBackupProblems(read),
    ...findMetricsProblems(read),
    ...findTraceProblems(read, new Egress(egress)),
    ...findPriceProblems(read, egress),
    ...problems,
  ];
  if (all.length > 0) throw new ConfigError(all);
  const network = networkOf(values, certificates.text);
  return {
    config: buildConfig(values, {
      cwd: sources.cwd,
      providers,
      network,
      egress,
      acmeCertificates: acmeCertificates.text,
    }),
    origins: pick(({ origin }) => origin) as Origins,
    warnings: [
      ...[...found.values()].flatMap(({ warning }) => warning ?? []),
      ...warnOfPublicSecrets(found, yaml),
      ...warnings,
      ...findMisspelled(sources),
    ],
    file: yaml.file,
  };
}

export function loadConfig(sources: ConfigSources): Config {
  return inspectConfig(sources).config;
}
