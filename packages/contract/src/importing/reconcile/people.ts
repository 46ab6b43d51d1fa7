// Organisations, users, teams and who is in them, in the order in which they need each other.

import type { Client } from "#calls.ts";
import type { Desired, DesiredMember, DesiredOrganisation, DesiredTeam, DesiredUser } from "#importing/desired.ts";
import { listAll } from "#list-all.ts";
import type { Organisation, Team, TeamMember, User } from "./rows.ts";
import { boundsBody, boundsChange } from "./bounds.ts";
import { differing, type Changes } from "./changes.ts";
import type { Existing } from "./existing.ts";

export interface Work {
  readonly client: Client | null;
  readonly existing: Existing;
  readonly changes: Changes;
}

/** What each is here, by what its source calls it. Of those that are not there yet, where nothing is carried out, there is nothing. */
export interface Placed {
  readonly organisations: Map<string, Organisation>;
  readonly users: Map<string, User>;
  readonly teams: Map<string, Team>;
  /** By the ids of team and user. */
  readonly members: Set<string>;
}

export async function reconcilePeople(work: Work, desired: Desired): Promise<Placed> {
  const placed: Placed = { organisations: new Map(), users: new Map(), teams: new Map(), members: new Set() };
  for (const one of desired.organisations) keep(placed.organisations, one.ref, await reconcileOrganisation(work, one));
  for (const one of desired.users) keep(placed.users, one.ref, await reconcileUser(work, one));
  for (const one of desired.teams) {
    const organisation = one.organisation === null ? null : (placed.organisations.get(one.organisation)?.id ?? null);
    keep(placed.teams, one.ref, await reconcileTeam(work, one, organisation));
  }
  await reconcileMembers(work, desired, placed);
  return placed;
}

function keep<Row>(rows: Map<string, Row>, ref: string, row: Row | undefined): void {
  if (row !== undefined) rows.set(ref, row);
}

async function reconcileOrganisation(
  { client, existing, changes }: Work,
  { name, bounds }: DesiredOrganisation,
): Promise<Organisation | undefined> {
  const what = `organisation ${name}`;
  const known = existing.organisations.get(name);
  if (known === undefined)
    return changes.make({ verb: "create", what, fields: [] }, async () =>
      client?.organisations.create({ body: { name, ...boundsBody(bounds) } }),
    );
  const body = boundsChange(bounds, known);
  return changed({ changes, known, what, body }, async () =>
    client?.organisations.update({ params: { id: known.id }, body }),
  );
}

async function reconcileUser(
  { client, existing, changes }: Work,
  { email, username, role, isActive, bounds }: DesiredUser,
): Promise<User | undefined> {
  const what = `user ${email}`;
  const known = existing.users.get(email);
  if (known === undefined) {
    const body = { email, username, role, ...boundsBody(bounds) };
    const made = await changes.make({ verb: "create", what, fields: [] }, async () => client?.users.create({ body }));
    if (made === undefined || isActive) return made;
    return changes.make({ verb: "change", what, fields: ["is_active"] }, async () =>
      client?.users.update({ params: { id: made.id }, body: { is_active: false } }),
    );
  }
  // A role and whether he may sign in are what an operator has made of them here.
  const body = boundsChange(bounds, known);
  return changed({ changes, known, what, body }, async () => client?.users.update({ params: { id: known.id }, body }));
}

async function reconcileTeam(
  { client, existing, changes }: Work,
  { name, models, bounds }: DesiredTeam,
  organisationId: string | null,
): Promise<Team | undefined> {
  const what = `team ${name}`;
  const known = existing.teams.get(name);
  const list = models === null ? null : [...models];
  if (known === undefined) {
    const body = { name, organisation_id: organisationId, models: list, ...boundsBody(bounds) };
    return changes.make({ verb: "create", what, fields: [] }, async () => client?.teams.create({ body }));
  }
  if (known.organisation_id !== organisationId && changes.isApplied)
    changes.fail(what, "It is there already, and of another organisation, which cannot be changed");
  const body = { ...differing({ models: list }, known), ...boundsChange(bounds, known) };
  return changed({ changes, known, what, body }, async () => client?.teams.update({ params: { id: known.id }, body }));
}

interface Changed<Row> {
  readonly changes: Changes;
  readonly known: Row;
  readonly what: string;
  readonly body: object;
}

/** Answers it as it is then. */
export async function changed<Row>(
  { changes, known, what, body }: Changed<Row>,
  run: () => Promise<Row | undefined>,
): Promise<Row> {
  const fields = Object.keys(body);
  if (fields.length > 0) return (await changes.make({ verb: "change", what, fields }, run)) ?? known;
  changes.unchanged += 1;
  return known;
}

async function reconcileMembers(work: Work, desired: Desired, placed: Placed): Promise<void> {
  const emails = new Map(desired.users.map(({ ref, email }) => [ref, email]));
  const teamNames = new Map(desired.teams.map(({ ref, name }) => [ref, name]));
  const byTeam = Map.groupBy(desired.members, ({ team }) => team);
  for (const [ref, members] of byTeam) {
    const team = placed.teams.get(ref);
    const known = team === undefined ? new Map<string, TeamMember>() : await membersOf(work.client, team.id);
    for (const member of members) {
      const what = `member ${emails.get(member.user) ?? member.user} of ${teamNames.get(ref) ?? ref}`;
      await reconcileMember(work, placed, { member, what, known });
    }
  }
}

async function membersOf(client: Client | null, id: string): Promise<Map<string, TeamMember>> {
  if (client === null) return new Map();
  const members = await listAll((query) => client.teams.members({ params: { id }, query }));
  return new Map(members.map((one) => [one.user_id, one]));
}

interface OneMember {
  readonly member: DesiredMember;
  readonly what: string;
  readonly known: ReadonlyMap<string, TeamMember>;
}

async function reconcileMember(
  { client, changes }: Work,
  { teams, users, members }: Placed,
  { member, what, known }: OneMember,
): Promise<void> {
  const [team, user] = [teams.get(member.team), users.get(member.user)];
  const present = user === undefined ? undefined : known.get(user.id);
  if (present === undefined) {
    const made = await changes.make({ verb: "create", what, fields: [] }, async () =>
      team === undefined || user === undefined
        ? undefined
        : client?.teams.addMember({ params: { id: team.id }, body: { user_id: user.id, role: member.role } }),
    );
    if (made !== undefined && team !== undefined) members.add(`${team.id} ${made.user_id}`);
    return;
  }
  if (team !== undefined) members.add(`${team.id} ${present.user_id}`);
  const body = { role: member.role };
  if (Object.keys(differing(body, present)).length === 0 || team === undefined) {
    changes.unchanged += 1;
    return;
  }
  await changes.make({ verb: "change", what, fields: ["role"] }, async () =>
    client?.teams.updateMember({ params: { id: team.id, user_id: present.user_id }, body }),
  );
}
