// The immutable view of keys, providers, models, aliases and prices that the gateway works from.
// Control builds one from the store and swaps it in whole; the gateway only reads. Nothing here does I/O.

import type { AliasStrategy } from "@ghostllm/contract";
import { builtInPrices } from "@ghostllm/llm";
import type { PriceBook, PriceSchedule, ProviderDefinition } from "@ghostllm/llm";
import type { AliasHedge, AliasShadow, AliasPolicy, AliasQueue } from "#domain/alias-policy.ts";
import type { Additions } from "#domain/additions.ts";
import type { AliasCache } from "#domain/cache-policy.ts";
import { ConsentPolicies } from "#domain/consents/policies.ts";
import { Guardrails } from "#domain/guardrails/guardrails.ts";
import type { LimitedScope, Principal } from "#domain/principal.ts";
import type { Secret } from "#domain/secret.ts";

export interface ProviderEntry {
  readonly id: string;
  /** Unique name, the first part of `provider/model`. */
  readonly name: string;
  readonly definition: ProviderDefinition;
  /** Without a trailing slash; what the vendor's official SDK takes as its base URL. */
  readonly baseUrl: string;
  readonly credential: Secret | null;
  /** Settings of this provider type, such as Azure's `apiVersion`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Sent with every request; null where there are none. */
  readonly additions: Additions | null;
  /** What it is held to at each attempt; absent or null: nothing. */
  readonly scope?: LimitedScope | null;
}

/** Null: unknown. */
export interface Capabilities {
  readonly vision: boolean | null;
  readonly functions: boolean | null;
  readonly streaming: boolean | null;
  readonly thinking: boolean | null;
}

/** One model at one provider: where an attempt can go. */
export interface Target {
  readonly provider: ProviderEntry;
  /** The name the model has at the provider. */
  readonly model: string;
  /** What its vendor is told in place of that: another spelling of it, which the client has chosen. */
  readonly sentAs?: string;
  /** Row in `models`; null when reached by `provider/model` without a row. */
  readonly modelId: string | null;
  /** Null: unknown. Then cost is unknown too, and a key with a budget may not use the model. */
  readonly prices: PriceSchedule | null;
  readonly contextLength: number | null;
  readonly capabilities: Capabilities | null;
  /** What the vendor calls it for people. */
  readonly displayName: string | null;
  /** What it is held to beside its provider; absent or null: nothing. */
  readonly scope?: LimitedScope | null;
  /** What the alias that has led here holds it to beside that; absent or null: nothing. */
  readonly inAlias?: LimitedScope | null;
  /** How good operators hold it to be, from 0 to 100; absent or null: nobody has said. */
  readonly quality?: number | null;
  /** May the name `auto` lead there? Absent or null: as its name tells what it is for. */
  readonly inAuto?: boolean | null;
  /** Epoch ms at which the row was made. */
  readonly createdAt: number;
}

/** What is written down of a target, and by what it is priced: without what it takes to ask it. */
export interface BilledTarget extends Pick<Target, "model" | "modelId" | "prices" | "contextLength"> {
  readonly provider: Pick<ProviderEntry, "id" | "name">;
}

/** A target without a row, of which nobody knows more than is given here. */
export function unlistedTarget(
  provider: ProviderEntry,
  model: string,
  known: Partial<Pick<Target, "prices" | "contextLength" | "createdAt">> = {},
): Target {
  const { prices = null, contextLength = null, createdAt = 0 } = known;
  const unknown = { modelId: null, capabilities: null, displayName: null };
  return { provider, model, prices, contextLength, createdAt, ...unknown };
}

/** An alias: a name that stands for a list of targets. */
export interface NamedTarget {
  /** Their names. */
  readonly provider: string;
  readonly model: string;
}

export interface Alias {
  readonly id: string;
  readonly name: string;
  readonly strategy: AliasStrategy;
  readonly targets: readonly { readonly target: Target; readonly weight: number }[];
  readonly createdAt: number;
  /** Targets whose provider is not in use; absent: none. */
  readonly absent?: readonly NamedTarget[];
  /** What it says about failures and time; absent or null: nothing. */
  readonly policy?: AliasPolicy | null;
  /** By what its users are told apart who stay with a target each; absent or null: nobody does. */
  readonly sticky?: string | null;
  /** What requests for it are held to, whoever asks; absent or null: nothing. */
  readonly scope?: LimitedScope | null;
  /** What is kept of its answers; absent or null: nothing. */
  readonly cache?: AliasCache | null;
  /** Where its requests wait for a target with room; absent or null: they do not. */
  readonly queue?: AliasQueue | null;
  /** When a second one of its targets is asked beside the first; absent or null: never. */
  readonly hedge?: AliasHedge | null;
  /** Where a share of its requests is asked as well; absent or null: nowhere. */
  readonly shadow?: AliasShadow | null;
  /** It has no targets, since all their providers wait for an operator; absent: no. */
  readonly awaitsRepair?: boolean;
}

/** An alias whose name has a star. */
export interface AliasPattern {
  /** Its `targets` are none: they follow from the name that is asked for. */
  readonly alias: Alias;
  readonly targets: readonly PatternTarget[];
}

export interface PatternTarget {
  readonly provider: ProviderEntry;
  /** A star in it stands for what that of the name stood for. */
  readonly model: string;
  readonly weight: number;
  /** Of all names together; absent or null: it is held to nothing. */
  readonly scope?: LimitedScope | null;
}

/** Of those that match a name the first one counts. */
export interface AliasPatterns {
  readonly everybodys: readonly AliasPattern[];
  /** By the id of the team whose keys alone find them. */
  readonly ofTeams: ReadonlyMap<string, readonly AliasPattern[]>;
}

/** By the SHA-256 of the key, lower-case hex. */
export interface Principals extends Iterable<readonly [string, Principal]> {
  readonly size: number;
  get(keyHash: string): Principal | undefined;
  has(keyHash: string): boolean;
  /** The same key, whose request is for the user of that e-mail address; undefined where nobody active has it. */
  actingFor(principal: Principal, email: string): Principal | undefined;
}

/** Of keys that act for nobody. */
export class PlainPrincipals extends Map<string, Principal> implements Principals {
  actingFor(): undefined {
    return undefined;
  }
}

export interface Snapshot {
  /** Grows by one with every swap. */
  readonly version: number;
  /** Revoked keys are not in it. */
  readonly keys: Principals;
  /** Enabled providers by name. */
  readonly providers: ReadonlyMap<string, ProviderEntry>;
  /** Models of enabled providers by their bare name, in the order in which their providers were made. */
  readonly models: ReadonlyMap<string, readonly Target[]>;
  /** Everybody's, by name. */
  readonly aliases: ReadonlyMap<string, Alias>;
  /** By the id of the team whose keys alone find them, then by name. */
  readonly teamAliases: ReadonlyMap<string, ReadonlyMap<string, Alias>>;
  /** Those of them whose name has a star, and which are in neither of these. */
  readonly aliasPatterns: AliasPatterns;
  /** Which requests wait for somebody's consent. */
  readonly consents: ConsentPolicies;
  /** What is looked for in which requests and answers. */
  readonly guardrails: Guardrails;
  /** The list of prices in force, for models without a row. */
  readonly prices: PriceBook;
  /** Names of enabled providers that cannot be used, such as one whose credential does not open; why, for operators. */
  readonly unusableProviders: ReadonlyMap<string, string>;
  /** Names of models and of everybody's aliases that only those could serve. */
  readonly unusableModels: ReadonlySet<string>;
}

/** A request reads the one in force once, and keeps what it read. */
export interface SnapshotReader {
  current(): Snapshot;
}

export const emptySnapshot: Snapshot = {
  version: 0,
  keys: new PlainPrincipals(),
  providers: new Map(),
  models: new Map(),
  aliases: new Map(),
  teamAliases: new Map(),
  aliasPatterns: { everybodys: [], ofTeams: new Map() },
  consents: ConsentPolicies.none,
  guardrails: Guardrails.none,
  prices: builtInPrices(),
  unusableProviders: new Map(),
  unusableModels: new Set(),
};
