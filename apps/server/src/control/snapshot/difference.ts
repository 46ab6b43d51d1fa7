// What leads from the snapshot in force to what was read in whole. Called by the snapshot source.

import { setImmediate as yieldToEventLoop } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Assembly } from "#domain/snapshot/assembly.ts";
import type { Changed, KeyPart, PartKind, SnapshotChange } from "#domain/snapshot/parts.ts";
import type { StoredParts } from "./read-parts.ts";

const keysInOneGo = 1_000;

export async function differenceOf(
  { holders, catalogue, consents, guardrails }: Assembly,
  stored: StoredParts,
): Promise<SnapshotChange> {
  const { providers, models, aliases } = catalogue.parts();
  const { users, teams, organisations } = holders.groups();
  return {
    users: changedOf(users, stored.users),
    teams: changedOf(teams, stored.teams),
    organisations: changedOf(organisations, stored.organisations),
    keys: await changedKeys(holders, stored.keys),
    providers: changedOf(providers, stored.providers),
    models: changedOf(models, stored.models),
    aliases: changedOf(aliases, stored.aliases),
    consentPolicies: changedOf(consents.all, stored.consentPolicies),
    guardrails: changedOf(guardrails.all, stored.guardrails),
  };
}

function changedOf<Part extends { readonly id: string }>(
  held: readonly Part[],
  stored: readonly Part[],
): Changed<Part> {
  const before = new Map(held.map((part) => [part.id, part]));
  const now = new Set(stored.map(({ id }) => id));
  return {
    set: stored.filter((part) => !isDeepStrictEqual(before.get(part.id), part)),
    gone: [...before.keys()].filter((id) => !now.has(id)),
  };
}

/** There may be many: the event loop gets a turn now and then. */
async function changedKeys(held: Assembly["holders"], stored: readonly KeyPart[]): Promise<Changed<KeyPart>> {
  const set: KeyPart[] = [];
  const now = new Set<string>();
  for (let at = 0; at < stored.length; at += keysInOneGo) {
    for (const part of stored.slice(at, at + keysInOneGo)) {
      if (!isDeepStrictEqual(held.keyPart(part.hash), part)) set.push(part);
      now.add(part.hash);
    }
    await yieldToEventLoop();
  }
  return { set, gone: Array.from(held.keyParts(), ({ hash }) => hash).filter((hash) => !now.has(hash)) };
}

/** What of a change is in none of the others. */
export function withoutNamed(change: SnapshotChange, others: readonly SnapshotChange[]): SnapshotChange {
  const named = new Set(others.flatMap(namesIn));
  const rest = <Part>(kind: PartKind, nameOf: (part: Part) => string, changed?: Changed<Part>): Changed<Part> => ({
    set: (changed?.set ?? []).filter((part) => !named.has(`${kind} ${nameOf(part)}`)),
    gone: (changed?.gone ?? []).filter((name) => !named.has(`${kind} ${name}`)),
  });
  return {
    users: rest("users", byId, change.users),
    teams: rest("teams", byId, change.teams),
    organisations: rest("organisations", byId, change.organisations),
    keys: rest("keys", byHash, change.keys),
    providers: rest("providers", byId, change.providers),
    models: rest("models", byId, change.models),
    aliases: rest("aliases", byId, change.aliases),
    consentPolicies: rest("consentPolicies", byId, change.consentPolicies),
    guardrails: rest("guardrails", byId, change.guardrails),
  };
}

export function namesIn(change: SnapshotChange): readonly string[] {
  const names = <Part>(kind: PartKind, nameOf: (part: Part) => string, changed?: Changed<Part>): readonly string[] =>
    [...(changed?.set ?? []).map(nameOf), ...(changed?.gone ?? [])].map((name) => `${kind} ${name}`);
  return [
    ...names("users", byId, change.users),
    ...names("teams", byId, change.teams),
    ...names("organisations", byId, change.organisations),
    ...names("keys", byHash, change.keys),
    ...names("providers", byId, change.providers),
    ...names("models", byId, change.models),
    ...names("aliases", byId, change.aliases),
    ...names("consentPolicies", byId, change.consentPolicies),
    ...names("guardrails", byId, change.guardrails),
  ];
}

const byId = ({ id }: { readonly id: string }): string => id;
const byHash = ({ hash }: KeyPart): string => hash;
