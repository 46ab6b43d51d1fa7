// Who may call, by their keys. What follows from a user, a team or an organisation that was changed is joined to their keys when those are
// looked up: it is one change, however many keys there are.

import { createHash } from "node:crypto";
import type { LimitedScope, Principal, StoredPrompts } from "#domain/principal.ts";
import { strictest } from "#domain/privacy/policy.ts";
import type { PrivacyPolicy } from "#domain/privacy/policy.ts";
import type { Principals } from "#domain/snapshot.ts";
import { Holders, type Holder } from "./holders.ts";
import type { Changed, KeyPart, OrganisationPart, SnapshotChange, SnapshotParts, TeamPart, UserPart } from "./parts.ts";
import { VersionedMap } from "./versioned-map.ts";

interface Kept {
  readonly users: Holders<UserPart>;
  readonly teams: Holders<TeamPart>;
  readonly organisations: Holders<OrganisationPart>;
  /** Their ids by the hashes of their e-mail addresses. */
  readonly emails: VersionedMap<string>;
  /** With those they count by as these were when the key was set. */
  readonly principals: VersionedMap<Principal>;
}

/** Never changes: `apply` makes the next one. */
export class KeyHolders implements Principals {
  readonly #kept: Kept;
  readonly #principals: VersionedMap<Principal>;
  readonly #areAsJoined: boolean;

  private constructor(kept: Kept) {
    this.#kept = kept;
    this.#principals = kept.principals;
    const { users, teams, organisations } = kept;
    this.#areAsJoined = users.areAsJoined && teams.areAsJoined && organisations.areAsJoined;
  }

  static none(): KeyHolders {
    return new KeyHolders({
      users: Holders.none("user", ({ isActive }) => isActive),
      teams: Holders.none("team"),
      organisations: Holders.none("organisation"),
      emails: VersionedMap.empty(),
      principals: VersionedMap.empty(),
    });
  }

  get size(): number {
    return this.#principals.size;
  }

  get(keyHash: string): Principal | undefined {
    const known = this.#principals.get(keyHash);
    return known === undefined || this.#areAsJoined ? known : this.#present(known);
  }

  has(keyHash: string): boolean {
    return this.get(keyHash) !== undefined;
  }

  /** What the key may do besides is its own: that it acts for somebody gives it none of his rights. */
  actingFor(principal: Principal, email: string): Principal | undefined {
    const userId = this.#kept.emails.get(hashOf(email));
    const groups = userId === undefined ? undefined : findGroups({ ...principal, userId }, this.#kept);
    if (userId === undefined || groups === undefined || !groups.user.part.isActive) return undefined;
    const { grants } = principal;
    return { ...principal, ...rightsOf(ownScope(principal), groups), grants, userId, namedBy: email };
  }

  *[Symbol.iterator](): Iterator<readonly [string, Principal]> {
    for (const [hash, known] of this.#principals) {
      const principal = this.#present(known);
      if (principal !== undefined) yield [hash, principal];
    }
  }

  apply({ users, teams, organisations, keys }: SnapshotChange): KeyHolders {
    const next = {
      users: this.#kept.users.apply(users),
      teams: this.#kept.teams.apply(teams),
      organisations: this.#kept.organisations.apply(organisations),
    };
    const principals = new Map<string, Principal | undefined>();
    for (const hash of keys?.gone ?? []) principals.set(hash, undefined);
    for (const part of keys?.set ?? []) principals.set(part.hash, join(part, next));
    const emails = this.#kept.emails.with(changedEmails(users, this.#kept.users));
    return new KeyHolders({ ...next, emails, principals: this.#principals.with(principals) });
  }

  parts(): Pick<SnapshotParts, "users" | "teams" | "organisations" | "keys"> {
    return { ...this.groups(), keys: [...this.keyParts()] };
  }

  /** Whom keys count by. */
  groups(): Pick<SnapshotParts, "users" | "teams" | "organisations"> {
    const { users, teams, organisations } = this.#kept;
    return { users: users.parts(), teams: teams.parts(), organisations: organisations.parts() };
  }

  /** Of a key, also where its user may not call at present. */
  keyPart(hash: string): KeyPart | undefined {
    const known = this.#principals.get(hash);
    return known === undefined || findGroups(known, this.#kept) === undefined ? undefined : toPart(known);
  }

  *keyParts(): Generator<KeyPart> {
    for (const [, known] of this.#principals) if (findGroups(known, this.#kept) !== undefined) yield toPart(known);
  }

  #present(known: Principal): Principal | undefined {
    const groups = findGroups(known, this.#kept);
    if (groups === undefined || !groups.user.part.isActive) return undefined;
    return isJoined(known, groups) ? known : { ...known, ...rightsOf(ownScope(known), groups) };
  }
}

/** Without regard to case, as addresses are compared everywhere. */
function hashOf(email: string): string {
  return createHash("sha256").update(email.toLowerCase()).digest("hex");
}

function changedEmails(
  changed: Changed<UserPart> | undefined,
  before: Holders<UserPart>,
): ReadonlyMap<string, string | undefined> {
  const { set = [], gone = [] } = changed ?? {};
  const emailOf = (id: string): string | undefined => before.get(id)?.part.email;
  const old = [...gone, ...set.map(({ id }) => id)].flatMap((id) => emailOf(id) ?? []);
  const present = set.flatMap(({ id, email }) => (email === undefined ? [] : [[hashOf(email), id] as const]));
  return new Map<string, string | undefined>([...old.map((email) => [hashOf(email), undefined] as const), ...present]);
}

type Groups = Omit<Kept, "principals" | "emails">;

/** What a key counts by beside itself. */
interface Joined {
  readonly user: Holder<UserPart>;
  readonly team: Holder<TeamPart> | null;
  readonly organisation: Holder<OrganisationPart> | null;
}

/** Undefined where one of them is gone: then nobody may use the key. */
function findGroups({ userId, teamId }: Pick<KeyPart, "userId" | "teamId">, groups: Groups): Joined | undefined {
  const user = groups.users.get(userId);
  const team = teamId === null ? null : groups.teams.get(teamId);
  if (user === undefined || team === undefined) return undefined;
  const organisationId = team?.part.organisationId ?? null;
  const organisation = organisationId === null ? null : groups.organisations.get(organisationId);
  return organisation === undefined ? undefined : { user, team, organisation };
}

function isJoined({ scopes }: Principal, { user, team, organisation }: Joined): boolean {
  const [, ofUser, ofTeam, ofOrganisation] = scopes;
  return ofUser === user.scope && ofTeam === team?.scope && ofOrganisation === organisation?.scope;
}

function rightsOf(own: LimitedScope, { user, team, organisation }: Joined) {
  const scopes = [own, ...[user, team, organisation].flatMap((holder) => holder?.scope ?? [])];
  const storePrompts = storedOf(own, team?.scope ?? null);
  return {
    ...{ grants: user.part.grants, teamModels: team?.part.models ?? null },
    ...{ scopes, privacy: privacyOf(scopes), storePrompts },
  };
}

function join(key: KeyPart, holders: Groups): Principal | undefined {
  const joined = findGroups(key, holders);
  if (joined === undefined) return undefined;
  const { id, hash, publicId, userId, teamId, permissions, limits, budgetNanos, budgets, expiresAt } = key;
  const { privacy = null, storePrompts: ownStoring = null } = key;
  const said = { privacy, ...(budgets && { budgets }), ...(ownStoring && { storePrompts: ownStoring }) };
  const own = { kind: "key" as const, id, limits, budgetNanos, ...said };
  const { grants, teamModels, scopes, privacy: strictestPrivacy, storePrompts } = rightsOf(own, joined);
  const organisationId = joined.organisation?.part.id ?? null;
  // Written out: there are hundreds of thousands of them, and what is spread together takes more room.
  return {
    keyId: id,
    keyHash: hash,
    publicId,
    userId,
    teamId,
    organisationId,
    grants,
    permissions,
    teamModels,
    scopes,
    privacy: strictestPrivacy,
    storePrompts,
    expiresAt,
  };
}

/** Of most of them none has a policy. */
function privacyOf(scopes: readonly LimitedScope[]): PrivacyPolicy | null {
  return strictest(scopes.map(({ privacy }) => privacy));
}

/** What the key says itself goes before what its team does. */
function storedOf(own: LimitedScope, team: LimitedScope | null): StoredPrompts | null {
  const policy = own.storePrompts ?? team?.storePrompts ?? "nothing";
  return policy === "nothing" ? null : policy;
}

function ownScope({ scopes, publicId }: Principal): LimitedScope {
  const own = scopes.find(({ kind }) => kind === "key");
  if (own === undefined) throw new Error(`The principal of ${publicId} has no scope of its own`);
  return own;
}

function toPart(principal: Principal): KeyPart {
  const { keyId, keyHash, publicId, userId, teamId, permissions, expiresAt } = principal;
  const { limits, budgetNanos, budgets, privacy = null, storePrompts = null } = ownScope(principal);
  const said = { ...(budgets && { budgets }), ...(storePrompts && { storePrompts }) };
  const held = { limits, budgetNanos, privacy, ...said };
  return { id: keyId, hash: keyHash, publicId, userId, teamId, permissions, ...held, expiresAt };
}
