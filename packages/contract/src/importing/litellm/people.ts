// Organisations, users and teams of LiteLLM, and who is in which: https://docs.litellm.ai/docs/proxy/virtual_keys

import type { DesiredMember, DesiredOrganisation, DesiredTeam, DesiredUser } from "#importing/desired.ts";
import { fieldsOf, isEmpty, listOf, nameOf, textOf, textsOf, type Fields } from "#importing/fields.ts";
import type { Findings } from "#importing/findings.ts";
import type { AccessGroups } from "./access.ts";
import { boundsOf, type BudgetContext } from "./budgets.ts";
import type { Tables } from "./tables.ts";

export interface PeopleReading {
  readonly tables: Tables;
  readonly access: AccessGroups;
  readonly context: BudgetContext;
  readonly findings: Findings;
}

export interface People {
  readonly organisations: readonly DesiredOrganisation[];
  readonly users: readonly DesiredUser[];
  readonly teams: readonly DesiredTeam[];
  readonly members: readonly DesiredMember[];
  /** Teams that are blocked: their keys may use nothing. */
  readonly blockedTeams: ReadonlySet<string>;
  /** What keys of a user that are of no team may use at most. */
  readonly modelsOfUsers: ReadonlyMap<string, readonly string[]>;
}

export function readPeople(reading: PeopleReading): People {
  const { tables } = reading;
  const organisations = readOrganisations(reading);
  const users = readUsers(reading);
  const { teams, blockedTeams } = readTeams(reading, new Set(organisations.map(({ ref }) => ref)));
  const members = readMembers(reading, new Set(users.map(({ ref }) => ref)));
  const modelsOfUsers = new Map(
    tables.users.flatMap((row): (readonly [string, readonly string[]])[] => {
      const models = reading.access.modelsOf(row["models"], []);
      return models === null ? [] : [[String(row["user_id"]), models]];
    }),
  );
  return { organisations, users, teams, members, blockedTeams, modelsOfUsers };
}

/** Names are unique here: of two that are the same, the second has a part of its id. */
function uniqueNames(rows: readonly Fields[], idColumn: string, nameColumn: string): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  return new Map(
    rows.map((row): readonly [string, string] => {
      const id = String(row[idColumn]);
      const wished = nameOf(textOf(row[nameColumn]) ?? id);
      const name = taken.has(wished) ? nameOf(`${wished.slice(0, 80)} ${id.slice(0, 12)}`) : wished;
      taken.add(name);
      return [id, name];
    }),
  );
}

function readOrganisations({ tables, context, findings }: PeopleReading): readonly DesiredOrganisation[] {
  const names = uniqueNames(tables.organizations, "organization_id", "organization_alias");
  return tables.organizations.map((row) => {
    const ref = String(row["organization_id"]);
    const name = names.get(ref) ?? ref;
    const { bounds, notes } = boundsOf({ row, shared: tables.budget(row["budget_id"]) }, context);
    const others = [...notes];
    if (!isEmpty(row["models"])) others.push("its list of models holds for its teams that have none");
    if (!isEmpty(row["object_permission_id"])) others.push("permissions for MCP and vector stores are not moved");
    findings.graded(`organisation ${name}`, others);
    return { ref, name, bounds };
  });
}

const roles: Readonly<Record<string, readonly [string, string | null]>> = {
  proxy_admin: ["admin", null],
  proxy_admin_viewer: ["auditor", null],
  internal_user: ["member", null],
  internal_user_viewer: ["viewer", "he sees what is his own"],
  org_admin: ["member", "the role of an organisation's admin is not moved"],
};

function readUsers({ tables, context, findings }: PeopleReading): readonly DesiredUser[] {
  const taken = new Set<string>();
  return tables.users.map((row) => {
    const ref = String(row["user_id"]);
    const { bounds, notes } = boundsOf({ row }, context);
    const others = [...notes];
    const [email, note] = emailOf(row, taken);
    taken.add(email);
    if (note !== null) others.push(note);
    const roleName = textOf(row["user_role"]) ?? "internal_user";
    const [role, about] = roles[roleName] ?? ["member", `the role ${roleName} is not known here`];
    if (about !== null) others.push(about);
    if (textOf(row["password"]) !== null) others.push("passwords are not moved: send a link for a new one");
    if (textOf(row["sso_user_id"]) !== null) others.push("he signs in at his issuer by his address");
    if (!isEmpty(row["models"])) others.push("his list of models holds for his keys that are of no team");
    if (!isEmpty(fieldsOf(row["model_max_budget"]))) others.push("budgets by model are not moved");
    findings.graded(`user ${email}`, others);
    const username = nameOf(textOf(row["user_alias"]) ?? email);
    return { ref, email, username, role, isActive: true, bounds };
  });
}

const address = /^[^\s@]+@[^\s@]+$/;

function emailOf(row: Fields, taken: ReadonlySet<string>): readonly [string, string | null] {
  const id = String(row["user_id"]);
  const given = [textOf(row["user_email"]), id].find((text) => text !== null && address.test(text))?.toLowerCase();
  const isFree = given !== undefined && !taken.has(given) && given.length <= 254;
  if (isFree) return [given, null];
  const made = `${
    id
      .toLowerCase()
      .replace(/[^a-z0-9._-]+/g, "-")
      .slice(0, 200) || "user"
  }@litellm.invalid`;
  const reason = given === undefined ? "he has no e-mail address there" : "another user has that address";
  return [made, `${reason}: he is ${made} here`];
}

function readTeams(
  { tables, access, context, findings }: PeopleReading,
  organisations: ReadonlySet<string>,
): { readonly teams: readonly DesiredTeam[]; readonly blockedTeams: ReadonlySet<string> } {
  const names = uniqueNames(tables.teams, "team_id", "team_alias");
  const blockedTeams = new Set<string>();
  const teams = tables.teams.map((row) => {
    const ref = String(row["team_id"]);
    const name = names.get(ref) ?? ref;
    const { bounds, notes } = boundsOf({ row }, context);
    const others = [...notes];
    const organisation = textOf(row["organization_id"]);
    const ofOrganisation = tables.organizations.find((one) => one["organization_id"] === organisation)?.["models"];
    const own = access.modelsOf(row["models"], textsOf(row["access_group_ids"]), others);
    if (row["blocked"] === true || row["blocked"] === 1) {
      blockedTeams.add(ref);
      others.push("it is blocked: its keys may be used for nothing until they are given endpoints again");
    }
    if (!isEmpty(row["model_id"])) others.push("its model aliases are not moved: make aliases of the team");
    if (!isEmpty(fieldsOf(row["model_max_budget"]))) others.push("budgets by model are not moved");
    if (!isEmpty(fieldsOf(row["router_settings"]))) others.push("its router settings are not moved");
    if (!isEmpty(row["object_permission_id"])) others.push("permissions for MCP and vector stores are not moved");
    others.push(...metadataNotes(row["metadata"]));
    findings.graded(`team ${name}`, others);
    const models = own ?? access.modelsOf(ofOrganisation, []);
    return { ref, name, organisation: organisations.has(organisation ?? "") ? organisation : null, models, bounds };
  });
  return { teams, blockedTeams };
}

const plainMetadata = new Set(["tags", "temp_budget_increase", "temp_budget_expiry", "user_id", "team_id"]);

/** What operators have noted, and what LiteLLM itself keeps there. */
export function metadataNotes(metadata: unknown): readonly string[] {
  const fields = fieldsOf(metadata);
  const names = Object.keys(fields).filter((name) => !plainMetadata.has(name) && !isEmpty(fields[name]));
  return names.length === 0 ? [] : [`metadata is not moved: ${names.toSorted().slice(0, 10).join(", ")}`];
}

function readMembers({ tables, findings }: PeopleReading, users: ReadonlySet<string>): readonly DesiredMember[] {
  const seen = new Set<string>();
  const members = tables.teams.flatMap((row): DesiredMember[] => {
    const team = String(row["team_id"]);
    const named = listOf(row["members_with_roles"]).map(fieldsOf);
    const admins = new Set(textsOf(row["admins"]));
    const all = [
      ...named.map((one) => ({ user: textOf(one["user_id"]), isAdmin: one["role"] === "admin" })),
      ...textsOf(row["members"]).map((user) => ({ user, isAdmin: admins.has(user) })),
    ];
    return all.flatMap(({ user, isAdmin }) => {
      const place = `${team} ${user}`;
      if (user === null || !users.has(user) || seen.has(place)) return [];
      seen.add(place);
      return [{ team, user, role: isAdmin ? "manager" : "member" } as const];
    });
  });
  if (members.length > 0) findings.exact(`${members.length} memberships`, "an admin of a team is its manager");
  for (const row of tables.memberships) {
    const budget = tables.budget(row["budget_id"]);
    if (budget === undefined) continue;
    const item = `budget of ${String(row["user_id"])} in team ${String(row["team_id"])}`;
    findings.unsupported(item, "somebody's budget within a team: give his keys in it one");
  }
  return members;
}
