// Channels of one-api and new-api, each a provider with the models it has; all channels of a group that have a model are targets of an alias.

import {
  fieldsOf,
  numberOf,
  providerName,
  scale,
  textOf,
  type DesiredAlias,
  type DesiredTarget,
  type Fields,
  type Findings,
  type ProviderSet,
} from "@ghostllm/contract/importing";
import { kindOf } from "./kinds.ts";
import type { Flavour } from "./flavour.ts";

interface Reading {
  readonly flavour: Flavour;
  readonly providers: ProviderSet;
  readonly findings: Findings;
}

interface Placed {
  readonly provider: string;
  readonly model: string;
  readonly weight: number;
  readonly priority: number;
}

const enabled = 1;

/** Names that clients ask for -> who answers. */
export function readChannels(rows: readonly Fields[], reading: Reading): ReadonlyMap<string, readonly Placed[]> {
  const byModel = new Map<string, Placed[]>();
  for (const row of rows) {
    for (const [name, placed] of readChannel(row, reading))
      byModel.set(name, [...(byModel.get(name) ?? []), ...placed]);
  }
  return byModel;
}

function readChannel(row: Fields, { flavour, providers, findings }: Reading): readonly (readonly [string, Placed[]])[] {
  const item = `channel ${String(row["name"] ?? row["id"])}`;
  const kind = kindOf(flavour, numberOf(row["type"]) ?? 0);
  const no = (reason: string): readonly [] => {
    findings.unsupported(item, reason);
    return [];
  };
  if (kind === null) return no(`GhostLLM has no provider for channels of type ${String(row["type"])}`);
  if (numberOf(row["status"]) !== enabled) return no("it is disabled there");
  const config = { ...fieldsOf(row["config"]), ...fieldsOf(row["settings"]) };
  const settings = kind.settings?.(row, config) ?? {};
  const baseUrl = textOf(row["base_url"]);
  if (kind.needsBase === true && baseUrl === null) return no("it has no base_url");
  const keys = keysOf(row, kind.type, config);
  if (keys.length === 0) return no("it has no key");
  const wished = providerName(String(row["name"] ?? ""), kind.type);
  const refs = keys.map((credential, place) =>
    providers.add(
      { type: kind.type, baseUrl, credential, settings, headers: {} },
      place === 0 ? wished : `${wished}-${place + 1}`,
    ),
  );
  findings.graded(item, notesOf(row, keys.length), kind.type);
  const mapping = fieldsOf(row["model_mapping"]);
  const [weight, priority] = [numberOf(row["weight"]) ?? 0, numberOf(row["priority"]) ?? 0];
  return listed(row["models"]).map((name) => {
    const model = textOf(mapping[name]) ?? name;
    return [name, refs.map((provider) => ({ provider, model, weight, priority }))] as const;
  });
}

const listed = (value: unknown): readonly string[] =>
  (textOf(value) ?? "").split(",").flatMap((one) => (one.trim() === "" ? [] : [one.trim()]));

/** A line each, where there are several; of AWS in parts. */
function keysOf(row: Fields, type: string, config: Fields): readonly string[] {
  const [id, secret] = [textOf(config["ak"]), textOf(config["sk"])];
  if (type === "bedrock" && id !== null && secret !== null) return [`${id}:${secret}`];
  const account = textOf(config["vertex_ai_adc"]);
  if (type === "vertex" && account !== null) return [account];
  const text = (textOf(row["key"]) ?? "").trim();
  if (text.startsWith("{")) return [text];
  const lines = text.split("\n").map((line) => line.trim());
  if (type === "bedrock") return lines.flatMap((line) => line.split("|").slice(0, 2).join(":") || []);
  return lines.filter((line) => line !== "");
}

function notesOf(row: Fields, keys: number): readonly string[] {
  const groups = listed(row["group"]).filter((group) => group !== "default");
  const lost = ["param_override", "header_override", "status_code_mapping", "system_prompt"].filter(
    (name) => textOf(row[name]) !== null && textOf(row[name]) !== "{}",
  );
  return [
    ...(groups.length > 0
      ? [`groups of channels are not moved (${groups.join(", ")}): all who may use the model are led there`]
      : []),
    ...(keys > 1 ? [`its ${keys} keys are a provider each`] : []),
    ...(lost.length > 0 ? [`not moved: ${lost.join(", ")}`] : []),
  ];
}

/** Of the highest priority by their weights; where there are several, in their order. */
export function toAliases(
  byModel: ReadonlyMap<string, readonly Placed[]>,
  findings: Findings,
): readonly DesiredAlias[] {
  return [...byModel].flatMap(([name, placed]) => {
    if (/[\s\p{Cc}]/u.test(name) || name.length > 128) {
      findings.unsupported(`model ${name}`, "names here have 1 to 128 characters without spaces");
      return [];
    }
    const sorted = placed.toSorted((one, other) => other.priority - one.priority);
    const isOrdered = new Set(placed.map(({ priority }) => priority)).size > 1;
    const notes =
      isOrdered && placed.length > 2 ? ["priorities are the order of targets; weights within one are not kept"] : [];
    findings.graded(`model ${name}`, notes, `an alias of ${placed.length} targets`);
    // A channel's weight of 0 is drawn as well there.
    const weights = scale(sorted.map(({ weight }) => weight + 10));
    const targets = sorted.map(({ provider, model }, place): DesiredTarget => {
      return { provider, model, weight: weights[place] ?? 1, limits: null };
    });
    return [
      { name, targets: unique(targets).slice(0, 50), terms: { strategy: isOrdered ? "ordered" : "weighted" } as const },
    ];
  });
}

function unique(targets: readonly DesiredTarget[]): readonly DesiredTarget[] {
  return [...new Map(targets.map((target) => [`${target.provider} ${target.model}`, target])).values()];
}
