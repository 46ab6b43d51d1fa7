// Reads from the store what snapshots are made of, in whole or by name. Called by the snapshot source only.
// Invariant: what may not be used (revoked keys, disabled providers, credentials that do not open) is not in it, or with its fault.

import type { ControlLog } from "#control/control-log.ts";
import type { WorkingKeyRow } from "#control/store/snapshot/snapshot-store.ts";
import type { AliasRow, ProviderRow, Store } from "#control/store/store.ts";
import type { ModelRow } from "#control/store/model-store.ts";
import type { ConsentPolicyRow } from "#control/store/consents/consent-store.ts";
import type { ConsentPolicy } from "#domain/consents/policy.ts";
import type { AliasPart, Changed, KeyPart, ModelPart, PartKind, PartKinds } from "#domain/snapshot/parts.ts";
import type { ProviderPart, SnapshotChange } from "#domain/snapshot/parts.ts";
import { toGuardrailParts } from "./guardrails.ts";
import { toProviderPart } from "./providers.ts";
import type { ProviderSources } from "./providers.ts";

export interface SnapshotSources extends ProviderSources {
  readonly store: Store;
  readonly log: ControlLog;
}

export type StoredParts = { readonly [Kind in PartKind]: readonly PartKinds[Kind][] };

/** Names of parts, by what they go by. */
export type NamedParts = { readonly [Kind in PartKind]: readonly string[] };

export function readAllParts(sources: SnapshotSources): Promise<StoredParts> {
  return readParts(sources, null);
}

/** What those parts are now; that of which there is nothing more is gone. */
export async function readChange(sources: SnapshotSources, named: NamedParts): Promise<SnapshotChange> {
  const { users, teams, organisations, keys, ...others } = await readParts(sources, named);
  const { providers, models, aliases, consentPolicies, guardrails } = others;
  return {
    users: changeTo(named.users, users, ({ id }) => id),
    teams: changeTo(named.teams, teams, ({ id }) => id),
    organisations: changeTo(named.organisations, organisations, ({ id }) => id),
    keys: changeTo(named.keys, keys, ({ hash }) => hash),
    providers: changeTo(named.providers, providers, ({ id }) => id),
    models: changeTo(named.models, models, ({ id }) => id),
    aliases: changeTo(named.aliases, aliases, ({ id }) => id),
    consentPolicies: changeTo(named.consentPolicies, consentPolicies, ({ id }) => id),
    guardrails: changeTo(named.guardrails, guardrails, ({ id }) => id),
  };
}

function changeTo<Part>(named: readonly string[], set: readonly Part[], nameOf: (part: Part) => string): Changed<Part> {
  const found = new Set(set.map(nameOf));
  return { set, gone: named.filter((name) => !found.has(name)) };
}

/**
 * Those before keys that keys count by: a key that is read then has a user and a team that were read, or is removed with them by a later
 * change.
 */
async function readParts(sources: SnapshotSources, named: NamedParts | null): Promise<StoredParts> {
  const { snapshot, providers, models, aliases, consents, guardrails } = sources.store;
  const read = async <Row>(kind: PartKind, list: (names?: readonly string[]) => Promise<readonly Row[]>) => {
    if (named === null) return list();
    return named[kind].length === 0 ? [] : list(named[kind]);
  };
  return {
    organisations: await read("organisations", snapshot.organisations),
    teams: await read("teams", snapshot.teams),
    users: await read("users", snapshot.users),
    keys: (await read("keys", snapshot.workingKeys)).map(toKeyPart),
    providers: await toProviderParts(await read("providers", providers.list), sources),
    models: (await read("models", models.list)).map(toModelPart),
    aliases: (await read("aliases", (ids?: readonly string[]) => aliases.list(ids ?? null, "all"))).map(toAliasPart),
    consentPolicies: (await read("consentPolicies", consents.policies.list)).flatMap(toConsentPolicy),
    guardrails: await toGuardrailParts(
      await read("guardrails", (ids?: readonly string[]) => guardrails.list(ids ?? null, "all")),
      sources,
    ),
  };
}

function toKeyPart({ keyHash: hash, ...key }: WorkingKeyRow): KeyPart {
  return { hash, ...key };
}

function toProviderParts(rows: readonly ProviderRow[], sources: SnapshotSources): Promise<ProviderPart[]> {
  return Promise.all(rows.filter(({ enabled }) => enabled).map((row) => toProviderPart(row, sources)));
}

function toModelPart({ origin: _origin, updatedAt: _updatedAt, ...part }: ModelRow): ModelPart {
  return part;
}

function toConsentPolicy({ isActive, createdAt: _, updatedAt: __, ...policy }: ConsentPolicyRow): ConsentPolicy[] {
  return isActive ? [policy] : [];
}

function toAliasPart({ updatedAt: _updatedAt, ...part }: AliasRow): AliasPart {
  return part;
}
