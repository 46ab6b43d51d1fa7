// Providers with their models, and aliases: the part of a snapshot that is small, and made anew whenever any of it changes. What stayed
// the same keeps its object.

import { builtInPrices, PriceBook } from "@ghostllm/llm";
import type { ProviderDefinition } from "@ghostllm/llm";
import { fromText } from "#domain/additions.ts";
import { toSecret } from "#domain/secret.ts";
import type { ProviderEntry, Snapshot, Target } from "#domain/snapshot.ts";
import { assembleAliases } from "./aliases.ts";
import type { AliasPart, Changed, ModelPart, PricesPart, ProviderPart, ProviderUse } from "./parts.ts";
import type { SnapshotChange, SnapshotParts } from "./parts.ts";
import { scopeOf, toTarget } from "./targets.ts";

export type SnapshotCatalogue = Pick<
  Snapshot,
  | "providers"
  | "models"
  | "aliases"
  | "teamAliases"
  | "aliasPatterns"
  | "prices"
  | "unusableProviders"
  | "unusableModels"
>;

type CataloguePart = ProviderPart | ModelPart | AliasPart;

export class Catalogue {
  readonly #definitions: ReadonlyMap<string, ProviderDefinition>;
  readonly #providers = new Map<string, ProviderPart>();
  readonly #models = new Map<string, ModelPart>();
  readonly #aliases = new Map<string, AliasPart>();
  #list: PricesPart = null;
  #prices = builtInPrices();
  /** By their ids, as long as nothing of what they are made of changes. */
  readonly #entries = new Map<string, ProviderEntry>();
  readonly #targets = new Map<string, Target>();

  constructor(definitions: readonly ProviderDefinition[]) {
    this.#definitions = new Map(definitions.map((definition) => [definition.type, definition]));
  }

  /** Of prices. */
  get list(): PricesPart {
    return this.#list;
  }

  /** False: there was nothing in it for the catalogue. */
  apply({ providers, models, aliases, prices }: SnapshotChange): boolean {
    const isChanged = [
      put(this.#providers, providers, (id) => this.#entries.delete(id)),
      put(this.#models, models, (id) => this.#targets.delete(id)),
      put(this.#aliases, aliases),
    ];
    if (prices !== undefined) this.#take(prices);
    return isChanged.includes(true) || prices !== undefined;
  }

  parts(): Pick<SnapshotParts, "providers" | "models" | "aliases" | "prices"> {
    const [providers, models, aliases] = [byId(this.#providers), byId(this.#models), byId(this.#aliases)];
    return { providers, models, aliases, prices: this.#list };
  }

  /** In the order in which they were made, as their ids are. */
  assemble(): SnapshotCatalogue {
    const parts = byId(this.#providers);
    const providers = new Map(parts.flatMap((part) => this.#usable(part)));
    const targets = this.#assembleTargets(providers);
    const models = Map.groupBy(targets, ({ model }) => model);
    const unusableProviders = new Map(
      parts.flatMap(({ name, use }): [string, string][] => ("fault" in use ? [[name, use.fault]] : [])),
    );
    const known = { providers, unusableProviders, targets, prices: this.#prices };
    const aliases = assembleAliases(byId(this.#aliases), known);
    const unusableModels = this.#lost({ unusableProviders, models, ...aliases });
    return { providers, models, ...aliases, prices: this.#prices, unusableProviders, unusableModels };
  }

  #take(list: PricesPart): void {
    this.#list = list;
    this.#prices = list === null ? builtInPrices() : new PriceBook(list, builtInPrices().list);
    this.#targets.clear();
  }

  #usable(part: ProviderPart): readonly (readonly [string, ProviderEntry])[] {
    const { id, name, use } = part;
    if ("fault" in use) return [];
    const entry = this.#entries.get(id) ?? toEntry(part, use, this.#definitions);
    this.#entries.set(id, entry);
    return [[name, entry]];
  }

  #assembleTargets(providers: ReadonlyMap<string, ProviderEntry>): readonly Target[] {
    const byProvider = Map.groupBy(byId(this.#models), ({ providerId }) => providerId);
    return [...providers.values()].flatMap((provider) =>
      (byProvider.get(provider.id) ?? []).map((part) => this.#targetOf(part, provider)),
    );
  }

  #targetOf(part: ModelPart, provider: ProviderEntry): Target {
    const known = this.#targets.get(part.id);
    if (known?.provider === provider) return known;
    const target = toTarget(provider, part, this.#prices);
    this.#targets.set(part.id, target);
    return target;
  }

  #lost({
    unusableProviders,
    models,
    aliases,
  }: Pick<Snapshot, "unusableProviders" | "models" | "aliases">): ReadonlySet<string> {
    const isLost = (providerId: string): boolean => unusableProviders.has(this.#providers.get(providerId)?.name ?? "");
    const lostModels = byId(this.#models).filter(({ providerId, name }) => isLost(providerId) && !models.has(name));
    const lostAliases = [...aliases.values()].filter(({ awaitsRepair }) => awaitsRepair);
    return new Set([...lostModels, ...lostAliases].map(({ name }) => name));
  }
}

function put<Part extends CataloguePart>(
  parts: Map<string, Part>,
  changed: Changed<Part> | undefined,
  forget: (id: string) => void = () => {},
): boolean {
  if (changed === undefined) return false;
  for (const id of changed.gone) {
    parts.delete(id);
    forget(id);
  }
  for (const part of changed.set) {
    parts.set(part.id, part);
    forget(part.id);
  }
  return changed.set.length + changed.gone.length > 0;
}

function toEntry(
  part: ProviderPart,
  { type, baseUrl, credential, settings, additions }: ProviderUse,
  definitions: ReadonlyMap<string, ProviderDefinition>,
): ProviderEntry {
  const definition = definitions.get(type);
  if (definition === undefined) throw new Error(`Provider ${part.name} is of the unknown type ${type}`);
  return {
    ...{ id: part.id, name: part.name, scope: scopeOf("provider", part) },
    definition,
    baseUrl,
    credential: credential && toSecret(credential),
    settings,
    additions: additions && fromText(toSecret(additions)),
  };
}

function byId<Part extends CataloguePart>(parts: ReadonlyMap<string, Part>): readonly Part[] {
  return [...parts.values()].toSorted((one, other) => (one.id < other.id ? -1 : 1));
}
