// Which user somebody is whom an issuer vouches for. He is known by the issuer's name for him; an address leads to a user once, at
// the first sign-in, and only where the issuer says that it is his.

import { GhostError } from "@ghostllm/contract";
import { unlimited } from "#control/resources/fields.ts";
import type { SignInMethodRow } from "#control/store/sign-in/sign-in-store.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import { isSameRole, roleByGroups } from "#domain/access/group-roles.ts";
import type { Right } from "#domain/right.ts";
import { followTeams, giveRole } from "./team-membership.ts";
import type { Person } from "./person.ts";

export interface AdmissionDependencies {
  readonly store: Pick<Store, "users" | "credentials" | "signIn" | "teams">;
  readonly withdraw: (right: Right) => Promise<void>;
  /** Resolves when it is in force that a user has other rights, or is new. */
  readonly rightsChanged: (userId: string) => Promise<void>;
}

/** Rejects with GhostError `permission_denied`. */
export async function admit(deps: AdmissionDependencies, method: SignInMethodRow, person: Person): Promise<UserRow> {
  const { store } = deps;
  const knownId = await store.signIn.userOf(person);
  const known = knownId === undefined ? undefined : await store.users.find(knownId, "all");
  const user = known ?? (await meet(deps, method, person));
  if (!user.isActive) throw refused("This account is switched off: ask an administrator to switch it on again.");
  return followGroups(deps, method, { user, groups: person.groups });
}

interface Member {
  readonly user: UserRow;
  readonly groups: readonly string[];
}

/** Rights follow the groups that he is in now. */
export async function followGroups(
  deps: AdmissionDependencies,
  { groupRoles, groupTeams, defaultRole }: SignInMethodRow,
  { user, groups }: Member,
): Promise<UserRow> {
  const { store, rightsChanged } = deps;
  const role = roleByGroups(groups, groupRoles, defaultRole);
  const isOther = groupRoles.length > 0 && !isSameRole(role, user.role);
  const changed = isOther ? await giveRole(store, user.id, role) : undefined;
  const hasMoved = await followTeams(deps, groupTeams, { userId: user.id, groups });
  if (changed !== undefined || hasMoved) await rightsChanged(user.id);
  return changed ?? user;
}

async function meet(deps: AdmissionDependencies, method: SignInMethodRow, person: Person): Promise<UserRow> {
  const { email, isEmailVerified } = person;
  const { label } = method;
  if (email === null) throw refused(`${label} does not tell your e-mail address, by which you would be known here.`);
  if (!isEmailVerified) throw refused(`${label} does not say that the address ${email} has been verified.`);
  const present = await deps.store.credentials.find({ email });
  return present === undefined
    ? provision(deps, method, { ...person, email })
    : link(deps, method, person, present.user);
}

async function link(
  { store }: AdmissionDependencies,
  { label }: SignInMethodRow,
  person: Person,
  user: UserRow,
): Promise<UserRow> {
  try {
    await store.signIn.addIdentity(person, user.id);
  } catch (error) {
    if (!(error instanceof GhostError) || error.code !== "conflict") throw error;
    // At the same moment, by another tab.
    if ((await store.signIn.userOf(person)) === user.id) return user;
    throw refused(`${label} has known the user ${user.email} as somebody else. An administrator has to look at it.`);
  }
  return user;
}

async function provision(
  deps: AdmissionDependencies,
  method: SignInMethodRow,
  person: Person & { readonly email: string },
): Promise<UserRow> {
  const { provisionDomains: domains, groupRoles, defaultRole } = method;
  const { email, name: username, groups } = person;
  if (!domains.includes("*") && !domains.includes(email.slice(email.lastIndexOf("@") + 1)))
    throw refused(`There is no user ${email} here, and none is made for you. Ask an administrator for an account.`);
  const role = roleByGroups(groups, groupRoles, defaultRole);
  const user = await deps.store.users.create({
    ...{ email, username, role, passwordHash: null },
    ...{ limits: unlimited, budgetNanos: null },
  });
  await link(deps, method, person, user);
  await deps.rightsChanged(user.id);
  return user;
}

function refused(message: string): GhostError {
  return new GhostError("permission_denied", message);
}
