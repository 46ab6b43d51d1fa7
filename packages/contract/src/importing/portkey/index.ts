// Configs of Portkey, each as an alias: https://portkey.ai/docs/product/ai-gateway/configs. Facts are those of its gateway 1.15, and of what
// Portkey's own service takes beside them (virtual keys, `@slug/model`).

import { nothingDesired, type Desired, type DesiredAlias, type DesiredTarget } from "#importing/desired.ts";
import { isEmpty, isFields, listOf, numberOf, textOf, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import { ImportError } from "#importing/import-error.ts";
import { ProviderSet } from "#importing/providers.ts";
import type { Variables } from "#importing/sources/variables.ts";
import { scale } from "#importing/weights.ts";
import type { PortkeyReading } from "./reading.ts";
import { aliasTerms } from "./terms.ts";
import { readTarget, type PlacedTarget } from "./targets.ts";

export interface PortkeySource {
  /** One config, a list of them, or an export: `{"data": [{"name": ..., "config": ...}]}`. */
  readonly file: unknown;
  /** Of an alias for a config that has no name. */
  readonly name: string;
  /** The models that targets without one are asked for. */
  readonly model: string | null;
  readonly variables: Variables;
  readonly source: string;
}

export function readPortkey(source: PortkeySource, findings: Findings): Desired {
  const providers = new ProviderSet();
  const configs = namedConfigs(source.file, source.name);
  if (configs.length === 0) throw new ImportError("There is no config in it: one has targets, or a provider");
  const aliases = configs.flatMap(({ name, config }) => {
    const reading = { providers, variables: source.variables, model: source.model, findings, item: `config ${name}` };
    return toAlias(name, config, reading) ?? [];
  });
  return { ...nothingDesired, source: source.source, providers: providers.all, aliases };
}

interface NamedConfig {
  readonly name: string;
  readonly config: Fields;
}

function namedConfigs(file: unknown, name: string): readonly NamedConfig[] {
  const list = isFields(file) && Array.isArray(file["data"]) ? file["data"] : file;
  if (Array.isArray(list))
    return list.flatMap((one: unknown, place) => namedConfigs(one, list.length > 1 ? `${name}-${place + 1}` : name));
  if (!isFields(list)) return [];
  const inner = parsed(list["config"]);
  const own = textOf(list["name"]) ?? textOf(list["slug"]) ?? name;
  if (isFields(inner)) return [{ name: aliasName(own), config: inner }];
  const isConfig = ["targets", "provider", "virtual_key", "strategy", "api_key"].some((field) => field in list);
  return isConfig ? [{ name: aliasName(own), config: list }] : [];
}

function parsed(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function aliasName(name: string): string {
  return (
    name
      .trim()
      .replace(/[\s\p{Cc}]+/gu, "-")
      .slice(0, 128) || "portkey"
  );
}

const modes: Readonly<Record<string, DesiredAlias["terms"]["strategy"]>> = {
  loadbalance: "weighted",
  fallback: "ordered",
  single: "ordered",
};

function toAlias(name: string, config: Fields, reading: PortkeyReading): DesiredAlias | null {
  const { findings, item } = reading;
  const strategy = isFields(config["strategy"]) ? config["strategy"] : {};
  const mode = textOf(strategy["mode"]) ?? "single";
  const known = modes[mode];
  if (known === undefined) {
    findings.unsupported(item, `the strategy ${mode}: nothing here chooses targets by what a request has in it`);
    return null;
  }
  const notes: string[] = [];
  if (!isEmpty(strategy["on_status_codes"]))
    notes.push("which failures lead to the next target is decided here (docs/aliases.md), not by status codes");
  const given = listOf(config["targets"]);
  const placed = (given.length === 0 ? [config] : given).flatMap((target, place) =>
    flat(target, config, { ...reading, item: given.length === 0 ? item : `${item}, target ${place + 1}` }, notes),
  );
  if (placed.length === 0) {
    findings.unsupported(item, "none of its targets can be moved");
    return null;
  }
  const terms = aliasTerms(config, notes);
  findings.graded(item, notes, `an alias of ${placed.length} targets, ${known}`);
  return { name, targets: weighted(placed), terms: { ...terms, strategy: known } };
}

/** Targets within targets are all targets of the one alias here. */
function flat(target: unknown, parent: Fields, reading: PortkeyReading, notes: string[]): readonly PlacedTarget[] {
  if (!isFields(target)) return [];
  const inner = listOf(target["targets"]);
  if (inner.length === 0) {
    const placed = readTarget(target, parent, reading);
    return placed === null ? [] : [placed];
  }
  notes.push("targets within a target stand beside the others here");
  const share = numberOf(target["weight"]) ?? 1;
  const all = inner.flatMap((one) => flat(one, { ...parent, ...target, targets: null, weight: null }, reading, notes));
  const sum = all.reduce((total, { weight }) => total + weight, 0);
  return all.map((one) => ({ ...one, weight: sum === 0 ? 0 : (one.weight / sum) * share }));
}

function weighted(placed: readonly PlacedTarget[]): readonly DesiredTarget[] {
  const weights = scale(placed.map(({ weight }) => weight));
  const seen = new Map<string, DesiredTarget>();
  for (const [place, { provider, model }] of placed.entries()) {
    const key = `${provider} ${model}`;
    const weight = Math.min(1000, (weights[place] ?? 1) + (seen.get(key)?.weight ?? 0));
    seen.set(key, { provider, model, weight, limits: null });
  }
  return [...seen.values()];
}
