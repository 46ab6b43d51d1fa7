// /litellm/user/* and /litellm/team/*: https://docs.litellm.ai/docs/proxy/users

import type { Client } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import {
  allOf,
  boundFields,
  boundsIn,
  invalid,
  modelsIn,
  only,
  showBounds,
  textIn,
  textIs,
  textsIn,
  type Given,
} from "./fields.ts";
import type { CompatCall, CompatRoutes } from "./route.ts";

type User = RouteAnswer<AdminRoutes["users"]["get"]>;
type Team = RouteAnswer<AdminRoutes["teams"]["get"]>;
type Member = RouteAnswer<AdminRoutes["teams"]["addMember"]>;

const roles: Readonly<Record<string, string>> = {
  proxy_admin: "admin",
  proxy_admin_viewer: "auditor",
  internal_user: "member",
  internal_user_viewer: "viewer",
};

const wordsOfRoles: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(roles).map(([word, role]) => [role, word]),
);

const userFields = ["user_email", "user_alias", "user_role", ...boundFields];

export const userRoutes: CompatRoutes = {
  async "POST /user/new"({ admin, body }) {
    only(body, [...userFields, "auto_create_key", "send_invite_email"]);
    if (body["auto_create_key"] === true) throw invalid("auto_create_key", "Make a key by /key/generate");
    const email = textIs(body, "user_email");
    const username = textIn(body, "user_alias");
    const role = roleIn(body) ?? "member";
    const made = { email, ...(username !== undefined && { username }), role, ...boundsIn(body) };
    return showUser(await admin.users.create({ body: made }));
  },
  async "POST /user/update"({ admin, body }) {
    only(body, ["user_id", ...userFields]);
    const [id, email, username, role] = [
      userOf(body),
      textIn(body, "user_email"),
      textIn(body, "user_alias"),
      roleIn(body),
    ];
    const change = {
      ...{ ...(email !== undefined && { email }), ...(username !== undefined && { username }) },
      ...{ ...(role !== undefined && { role }), ...boundsIn(body) },
    };
    const data = showUser(await admin.users.update({ params: { id }, body: change }));
    return { user_id: id, data };
  },
  async "GET /user/info"({ admin, query }) {
    const user = await admin.users.get({ params: { id: userOf(query) } });
    const keys = await allOf((part) => admin.apiKeys.list({ query: { ...part, user_id: user.id, is_active: "true" } }));
    const names = keys.map(({ id, name, team_id: team }) => ({ token: id, key_alias: name, team_id: team }));
    return { user_id: user.id, user_info: showUser(user), keys: names, teams: [] };
  },
  "GET /v2/user/info": async ({ admin, query }) => showUser(await admin.users.get({ params: { id: userOf(query) } })),
  async "GET /user/list"({ admin }) {
    const users = (await allOf((part) => admin.users.list({ query: part }))).map(showUser);
    return { users, total: users.length, page: 1, page_size: users.length, total_pages: 1 };
  },
  async "POST /user/delete"({ admin, body }) {
    only(body, ["user_ids"]);
    const ids = textsIn(body, "user_ids") ?? [];
    for (const id of ids) await admin.users.remove({ params: { id } });
    return ids.length;
  },
};

function userOf(given: Given): string {
  return textIs(given, "user_id");
}

function roleIn(body: Given): string | undefined {
  const word = textIn(body, "user_role");
  if (word === undefined) return undefined;
  const role = roles[word];
  if (role === undefined) throw invalid("user_role", `There are ${Object.keys(roles).join(", ")}`);
  return role;
}

function showUser(user: User) {
  const word = wordsOfRoles[user.role] ?? user.role;
  const names = { user_id: user.id, user_email: user.email, user_alias: user.username, user_role: word };
  return { ...names, ...showBounds(user), models: [], created_at: user.created_at, updated_at: user.updated_at };
}

const teamFields = ["team_alias", "models", ...boundFields];

export const teamRoutes: CompatRoutes = {
  async "POST /team/new"({ admin, body }) {
    only(body, [...teamFields, "organization_id", "members_with_roles"]);
    const organisation = textIn(body, "organization_id") ?? null;
    const models = modelsIn(body) ?? null;
    const name = textIs(body, "team_alias");
    const team = await admin.teams.create({ body: { name, organisation_id: organisation, models, ...boundsIn(body) } });
    for (const member of membersIn(body["members_with_roles"])) await addMember(admin, team.id, member);
    return showTeam(admin, team);
  },
  async "POST /team/update"({ admin, body }) {
    only(body, ["team_id", ...teamFields]);
    const [id, name, models] = [textIs(body, "team_id"), textIn(body, "team_alias"), modelsIn(body)];
    const change = { ...(name !== undefined && { name }), ...(models !== undefined && { models }), ...boundsIn(body) };
    const data = await showTeam(admin, await admin.teams.update({ params: { id }, body: change }));
    return { team_id: id, data };
  },
  async "GET /team/info"({ admin, query }) {
    const team = await admin.teams.get({ params: { id: textIs(query, "team_id") } });
    const keys = await allOf((part) => admin.apiKeys.list({ query: { ...part, team_id: team.id, is_active: "true" } }));
    const names = keys.map(({ id, name }) => ({ token: id, key_alias: name }));
    return { team_id: team.id, team_info: await showTeam(admin, team), keys: names, team_memberships: [] };
  },
  "GET /team/list": async ({ admin }) => listTeams(admin),
  async "GET /v2/team/list"({ admin }) {
    const teams = await listTeams(admin);
    return { teams, total: teams.length, page: 1, page_size: teams.length, total_pages: 1 };
  },
  async "POST /team/delete"({ admin, body }) {
    only(body, ["team_ids"]);
    const ids = textsIn(body, "team_ids") ?? [];
    for (const id of ids) await admin.teams.remove({ params: { id } });
    return ids.length;
  },
  async "POST /team/member_add"({ admin, body }) {
    only(body, ["team_id", "member"]);
    const id = textIs(body, "team_id");
    const given = body["member"];
    for (const member of membersIn(Array.isArray(given) ? given : [given])) await addMember(admin, id, member);
    return showTeam(admin, await admin.teams.get({ params: { id } }));
  },
  async "POST /team/member_delete"({ admin, body }: CompatCall) {
    only(body, ["team_id", "user_id", "user_email"]);
    const id = textIs(body, "team_id");
    const [asked, email] = [textIn(body, "user_id"), textIn(body, "user_email")];
    const member = (await membersOf(admin, id)).find((one) => one.user_id === asked || one.email === email);
    if (member === undefined) throw invalid("user_id", "There is nobody of that name in the team");
    await admin.teams.removeMember({ params: { id, user_id: member.user_id } });
    return showTeam(admin, await admin.teams.get({ params: { id } }));
  },
};

const inTeams: Readonly<Record<string, "manager" | "member">> = { admin: "manager", user: "member" };

interface GivenMember {
  readonly userId: string | undefined;
  readonly email: string | undefined;
  readonly role: "manager" | "member";
}

function membersIn(list: unknown): readonly GivenMember[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) throw invalid("members_with_roles", "It is to be a list");
  return list.map((one: unknown) => {
    if (typeof one !== "object" || one === null) throw invalid("member", "It is to have a user_id or a user_email");
    const member = one as Given;
    only(member, ["user_id", "user_email", "role"]);
    return {
      userId: textIn(member, "user_id"),
      email: textIn(member, "user_email"),
      role: inTeams[String(member["role"] ?? "user")] ?? "member",
    };
  });
}

async function addMember(admin: Client, id: string, { userId, email, role }: GivenMember): Promise<void> {
  const whom = userId === undefined ? { email } : { user_id: userId };
  await admin.teams.addMember({ params: { id }, body: { ...whom, role } });
}

async function membersOf(admin: Client, id: string): Promise<readonly Member[]> {
  return allOf((query) => admin.teams.members({ params: { id }, query }));
}

async function listTeams(admin: Client) {
  const shown = [];
  for (const team of await allOf((query) => admin.teams.list({ query }))) shown.push(await showTeam(admin, team));
  return shown;
}

async function showTeam(admin: Client, team: Team) {
  const members = (await membersOf(admin, team.id)).map(showMember);
  const names = {
    team_id: team.id,
    team_alias: team.name,
    organization_id: team.organisation_id,
    models: team.models ?? [],
  };
  return { ...names, ...showBounds(team), members_with_roles: members, blocked: false, created_at: team.created_at };
}

function showMember(member: Member) {
  return { user_id: member.user_id, user_email: member.email, role: wordsInTeams[member.role] ?? "user" };
}

const wordsInTeams: Readonly<Record<string, string>> = { manager: "admin" };
