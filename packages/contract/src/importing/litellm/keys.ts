// Virtual keys of LiteLLM. It keeps the SHA-256 of the whole key, in hex, as GhostLLM does: whoever has one goes on using it.

import { keyEndpointNames } from "#access/endpoints.ts";
import type { DesiredKey, DesiredMember } from "#importing/desired.ts";
import { fieldsOf, isEmpty, nameOf, textOf, textsOf, type Fields } from "#importing/fields.ts";
import { boundsOf } from "./budgets.ts";
import { metadataNotes, type People, type PeopleReading } from "./people.ts";

/** Of keys that are nobody's and of no team. */
export const keeper = { ref: "keys without an owner", email: "imported-keys@litellm.invalid" };

const hash = /^[0-9a-f]{64}$/;

export function readKeys(reading: PeopleReading, people: People): readonly DesiredKey[] {
  return reading.tables.keys.flatMap((row) => readKey(reading, people, row) ?? []);
}

function readKey(reading: PeopleReading, people: People, row: Fields): DesiredKey | null {
  const { tables, context, findings } = reading;
  const sha256 = String(row["token"]);
  const name = nameOf(textOf(row["key_alias"]) ?? textOf(row["key_name"]) ?? sha256.slice(0, 12));
  const item = `key ${name} (${sha256.slice(0, 12)})`;
  if (!hash.test(sha256)) {
    findings.unsupported(item, "it is not kept as a hash");
    return null;
  }
  const { bounds, notes: ofBounds } = boundsOf({ row, shared: tables.budget(row["budget_id"]) }, context);
  const notes = [...ofBounds];
  const owner = ownerOf(row, people, notes);
  const { permissions, isBlocked } = permissionsOf(reading, people, row, notes);
  const expiresAt = textOf(row["expires"]);
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= context.now;
  if (isOver) notes.push("it has expired: it is there revoked, so that its usage has a name");
  if (isBlocked && !isOver) notes.push("it is blocked: it may be used for nothing until it is given endpoints again");
  notes.push(...lostOf(row));
  findings.graded(item, notes);
  const tags = textsOf(fieldsOf(row["metadata"])["tags"]).map((tag) => tag.trim().slice(0, 40));
  return {
    ...{ sha256, name, ...owner, permissions, tags: [...new Set(tags)].filter(Boolean).slice(0, 20) },
    ...{ expiresAt: isOver ? null : expiresAt, isOver, bounds },
  };
}

/** A key of a team is somebody's only while he is in it. */
function ownerOf(row: Fields, { users, teams, members }: People, notes: string[]): Pick<DesiredKey, "user" | "team"> {
  const owner = users.find(({ ref }) => ref === row["user_id"]);
  const user = owner?.ref ?? null;
  const team = teams.find(({ ref }) => ref === row["team_id"])?.ref ?? null;
  const isHeld = owner !== undefined && isBounded(owner.bounds);
  if (team !== null) return ownerInTeam(row, { user, team, members, isHeld }, notes);
  if (textOf(row["team_id"]) !== null) notes.push("its team is not there any more");
  if (user !== null) return { user, team };
  notes.push(`it is nobody's there: ${keeper.email} has it here`);
  return { user: keeper.ref, team: null };
}

interface InTeam {
  readonly user: string | null;
  readonly team: string;
  readonly members: readonly DesiredMember[];
  /** Its user has a budget or limits. */
  readonly isHeld: boolean;
}

function isBounded({ budget, budgets, limits }: DesiredKey["bounds"]): boolean {
  return budget !== null || budgets.length > 0 || Object.values(limits).some((one) => one !== null);
}

function ownerInTeam(
  row: Fields,
  { user, team, members, isHeld }: InTeam,
  notes: string[],
): Pick<DesiredKey, "user" | "team"> {
  const isIn = members.some((one) => one.team === team && one.user === user);
  if (user !== null && isIn) {
    if (isHeld)
      notes.push("its user's limits and budget hold for it as well, which for keys of teams they do not at LiteLLM");
    return { user, team };
  }
  if (textOf(row["user_id"]) !== null) notes.push("its user is not in its team: it is the team's own");
  return { user: null, team };
}

interface ReadPermissions {
  readonly permissions: DesiredKey["permissions"];
  readonly isBlocked: boolean;
}

function permissionsOf(
  { access }: PeopleReading,
  { blockedTeams, modelsOfUsers }: People,
  row: Fields,
  notes: string[],
): ReadPermissions {
  const own = access.modelsOf(row["models"], textsOf(row["access_group_ids"]), notes);
  const ofUser = row["team_id"] === null ? modelsOfUsers.get(String(row["user_id"])) : undefined;
  const models = own ?? ofUser ?? null;
  const isBlocked = row["blocked"] === true || row["blocked"] === 1 || blockedTeams.has(String(row["team_id"]));
  const endpoints = isBlocked ? [] : endpointsOf(row, notes);
  return { permissions: { models: models && [...models], endpoints: endpoints && [...endpoints] }, isBlocked };
}

const ofModels = keyEndpointNames.filter((name) => name !== "admin");

const routes: Readonly<Record<string, readonly string[]>> = {
  llm_api_routes: ofModels,
  management_routes: ["admin"],
  info_routes: ["models"],
};

/** `allowed_routes`: paths, or LiteLLM's words for many of them. */
function endpointsOf(row: Fields, notes: string[]): readonly string[] | null {
  const asked = textsOf(row["allowed_routes"]);
  if (asked.length === 0) return null;
  const known = asked.flatMap((route) => routes[route] ?? endpointOf(route) ?? []);
  const unknown = asked.filter((route) => routes[route] === undefined && endpointOf(route) === null);
  if (unknown.length > 0) notes.push(`routes that are not there here: ${unknown.slice(0, 5).join(", ")}`);
  return [...new Set(known)];
}

function endpointOf(path: string): readonly string[] | null {
  const name = path
    .replace(/^\/(v1\/)?/, "")
    .replaceAll("/", ".")
    .replace(/\.?\*$/, "");
  if (["messages", "chat.completions"].includes(name)) return ["chat.completions"];
  return keyEndpointNames.some((one) => one === name) ? [name] : null;
}

/** What a key has there and not here. */
const lost: Readonly<Record<string, string>> = {
  aliases: "model aliases of a key",
  config: "config of a key",
  permissions: "permissions of a key",
  router_settings: "router settings of a key",
  model_max_budget: "budgets by model",
  budget_fallbacks: "fallbacks of a spent budget: give its budget downgrade_to",
  allowed_cache_controls: "allowed_cache_controls",
  object_permission_id: "permissions for MCP and vector stores",
  project_id: "its project",
  agent_id: "its agent",
  policies: "policies",
  auto_rotate: "rotation by itself",
};

function lostOf(row: Fields): readonly string[] {
  const names = Object.entries(lost).flatMap(([column, words]) => {
    const value = typeof row[column] === "string" ? (textOf(row[column]) ?? "") : row[column];
    const parsed = typeof value === "string" && value.startsWith("{") ? fieldsOf(value) : value;
    return isEmpty(parsed) || parsed === 0 ? [] : [words];
  });
  const models = fieldsOf(row["metadata"]);
  const byModel = ["model_rpm_limit", "model_tpm_limit"].some((name) => !isEmpty(models[name]));
  return [
    ...(names.length === 0 ? [] : [`not moved: ${names.join(", ")}`]),
    ...(byModel ? ["limits by model are not moved"] : []),
    ...metadataNotes(row["metadata"]),
  ];
}
