// Which provider holds an object that a client names, and whether it is the client's to name.

import { GhostError } from "@ghostllm/contract";
import { wayTo } from "@ghostllm/llm";
import type { ClientDialectName, Reference, StoredObjects } from "@ghostllm/llm";
import { may, reach } from "#domain/access/may.ts";
import type { Awaitable } from "#domain/clock.ts";
import { matchesPattern, modelRulesOf } from "#domain/principal.ts";
import type { Principal } from "#domain/principal.ts";
import { unlistedTarget } from "#domain/snapshot.ts";
import type { ProviderEntry, Snapshot } from "#domain/snapshot.ts";
import type { ObjectOwner, Owners } from "#link/owners.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { checkPermission } from "#gateway/flow/resolve.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";

export const providerHeader = "x-ghostllm-provider";

export interface HolderQuery {
  readonly snapshot: Snapshot;
  readonly owners: Owners;
  readonly principal: Principal;
  /** The client's. */
  readonly dialect: ClientDialectName;
  readonly objects: StoredObjects;
  /** Null for all of them, and for what makes a new one. */
  readonly id: string | null;
  /** Objects on which a new one is built. */
  readonly references: readonly Reference[];
  /** The provider that the client names in a header. */
  readonly named: string | undefined;
}

export interface Holder {
  readonly provider: ProviderEntry;
  /** Null where nobody knows it. */
  readonly owner: ObjectOwner | null;
}

/** Throws GhostError `not_found` for what is not the client's, or is not known to be. */
export async function findHolder(query: HolderQuery): Promise<Holder> {
  const { id, references } = query;
  const known = await query.owners.find([...references.map((reference) => reference.id), ...(id === null ? [] : [id])]);
  const [first] = references
    .map((reference) => requireOwn(query, reference, known.get(reference.id)))
    .filter((owner) => owner !== undefined);
  if (first !== undefined) return { provider: providerOf(query, first), owner: null };
  if (id === null) return { provider: chooseProvider(query), owner: null };
  const owner = known.get(id);
  if (owner === undefined) return { provider: providerOfUnknown(query, id), owner: null };
  if (!isTheirs(query, owner)) throw unknownObject(id);
  checkPermissionFor(query, owner);
  return { provider: providerOf(query, owner), owner };
}

/** Undefined for an object that nobody knows. */
function requireOwn(
  query: HolderQuery,
  { id, param }: Reference,
  owner: ObjectOwner | undefined,
): ObjectOwner | undefined {
  if (owner !== undefined && !isTheirs(query, owner)) throw unknownObject(id, param);
  return owner;
}

/** What people say to models is theirs alone; administrators see to the files and batches of the account. */
function isTheirs({ principal, objects }: HolderQuery, { userId }: ObjectOwner): boolean {
  if (objects.isUnbounded !== true) return userId === principal.userId;
  return may(principal, "account_objects.manage", [{ kind: "user", id: userId }]);
}

/** A key that may not use the model may not read its answers either. */
function checkPermissionFor(query: HolderQuery, owner: ObjectOwner): void {
  if (owner.model === "") return;
  const { model, requestedModel: requested } = owner;
  const target = unlistedTarget(providerOf(query, owner), model);
  checkPermission(query.principal, {
    requested,
    strategy: "ordered",
    targets: [{ target, weight: 1 }],
    ...{ isAlias: false, scope: null },
  });
}

function providerOf({ snapshot }: HolderQuery, { providerId }: ObjectOwner): ProviderEntry {
  const provider = [...snapshot.providers.values()].find(({ id }) => id === providerId);
  if (provider !== undefined) return provider;
  throw new GhostError("not_found", "The provider that keeps this is not in use any more.");
}

function chooseProvider(query: HolderQuery): ProviderEntry {
  if (query.named !== undefined) return namedProvider(query, query.named);
  const { operation } = query.objects;
  const offering = [...query.snapshot.providers.values()].filter((provider) => isOfferedBy(query, provider));
  const [only] = offering;
  if (only === undefined) throw new GhostError("not_found", `No provider here offers ${operation}.`);
  if (offering.length === 1) return only;
  const names = offering.map(({ name }) => name).join(", ");
  const message = `Several providers offer ${operation}: name one of them in the header ${providerHeader} (${names}).`;
  throw new GhostError("invalid_request_error", message, { param: providerHeader });
}

/** Nobody remembers it, such as after a restart: then only its vendor can say whether there is such a thing. */
function providerOfUnknown(query: HolderQuery, id: string): ProviderEntry {
  if (query.named !== undefined) return namedProvider(query, query.named);
  if (query.objects.isUnbounded === true && reach(query.principal, "account_objects.manage") === "all")
    return chooseProvider(query);
  throw unknownObject(id);
}

function namedProvider(query: HolderQuery, named: string): ProviderEntry {
  const provider = query.snapshot.providers.get(named);
  if (provider === undefined || !mayUseAll(query.principal, provider)) {
    const message = `There is no provider '${named.slice(0, 100)}' all of whose models this key may use.`;
    throw new GhostError("not_found", message, { param: providerHeader });
  }
  if (isOfferedBy(query, provider)) return provider;
  const message = `${provider.name} does not offer ${query.objects.operation}.`;
  throw new GhostError("not_found", message, { param: providerHeader });
}

function isOfferedBy({ dialect, objects }: HolderQuery, { definition }: ProviderEntry): boolean {
  return wayTo(definition, dialect, objects.operation, "") !== null;
}

/** A pattern takes the star of `provider/*` only with a star of its own, which then takes every model. */
function mayUseAll(principal: Principal, { name }: ProviderEntry): boolean {
  return modelRulesOf(principal).every((models) => models.some((pattern) => matchesPattern(pattern, `${name}/*`)));
}

/** The same for what others own and for what nobody knows. */
function unknownObject(id: string, param?: string): GhostError {
  const message = `No '${id.slice(0, 100)}' of yours is known here. What was made elsewhere, or is long ago, is found with the header ${providerHeader}, which names the provider that keeps it, by keys that may use all its models.`;
  return new GhostError("not_found", message, param === undefined ? {} : { param });
}

interface Continuation {
  readonly owners: Owners;
  readonly principal: Principal;
  readonly references: readonly Reference[];
  /** What the name may be led on to, where nobody of it has answered. */
  readonly ledTo: () => readonly Candidates[];
}

/** What goes on from an answer that a vendor keeps goes to that vendor. Throws GhostError for what is another user's. */
export function followReferences(continuation: Continuation, candidates: Candidates): Awaitable<Candidates> {
  const { owners, references } = continuation;
  if (references.length === 0) return candidates;
  const known = owners.find(references.map(({ id }) => id));
  if (known instanceof Promise) return known.then((found) => narrow(candidates, continuation, found));
  return narrow(candidates, continuation, known);
}

function narrow(
  candidates: Candidates,
  { principal, references, ledTo }: Continuation,
  known: ReadonlyMap<string, ObjectOwner>,
): Candidates {
  let { targets } = candidates;
  for (const { id, param } of references) {
    const owner = known.get(id);
    if (owner === undefined) continue;
    if (owner.userId !== principal.userId)
      throw new GhostError("not_found", `There is no '${id.slice(0, 100)}' of yours.`, { param });
    const isKept = ({ target }: Candidates["targets"][number]): boolean => target.provider.id === owner.providerId;
    const kept = targets.filter(isKept);
    targets =
      kept.length > 0 || targets !== candidates.targets ? kept : ledTo().flatMap((led) => led.targets.filter(isKept));
    if (targets.length > 0) continue;
    const message = `'${id.slice(0, 100)}' is kept by a provider that '${candidates.requested}' does not lead to: ask for the model that it came from.`;
    throw new GhostError("invalid_request_error", message, { param });
  }
  return targets === candidates.targets ? candidates : { ...candidates, targets };
}

/** What cannot be remembered costs nobody the answer: it is found by who names its provider. */
export function keepOwner(
  { owners, events }: Pick<GatewayDeps, "owners" | "events">,
  ids: readonly string[],
  owner: ObjectOwner,
): Awaitable<void> {
  const kept = owners.keep(ids, owner);
  return kept instanceof Promise ? kept.catch((error: unknown) => events.internalError("owners", error)) : kept;
}
