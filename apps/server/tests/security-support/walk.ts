// Asks every route of the contract's table for what is of another team: by each id that it takes, in its path, its query or its body, also
// beside ids of one's own. What comes back must be what comes back for ids that do not exist.

import { foundNothing } from "./found-nothing.ts";
import { newId } from "@ghostllm/contract";
import { adminRouteList, adminRoutes, bulkOperations } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import { reach, reachesNothing } from "#domain/access/may.ts";
import type { AdminPlane } from "../admin-plane.ts";
import { namesIn, paramsOf, smallBodyOf } from "./samples.ts";
import type { Asker, Side } from "./sides.ts";

export interface Sides {
  readonly own: Side;
  readonly other: Side;
}

/** A route by itself, or as an operation of a bulk. */
interface Door {
  readonly route: AdminRoute;
  readonly isInBulk: boolean;
}

const operations: ReadonlySet<string> = new Set(bulkOperations);

const doors: readonly Door[] = [
  ...adminRouteList.map((route) => ({ route, isInBulk: false })),
  ...adminRouteList.filter(({ id }) => operations.has(id)).map((route) => ({ route, isInBulk: true })),
];

/** How findings call it: `teams.updateMember in bulk`. */
const nameOf = ({ route, isInBulk }: Door): string => (isInBulk ? `${route.id} in bulk` : route.id);

/** Where a route takes an id, and of what; null where its name does not tell: then it is asked for each. */
interface Slot {
  readonly place: "path" | "query" | "body";
  readonly name: string;
  readonly of: string | null;
}

const idBySegment: Readonly<Record<string, string>> = {
  ...{ users: "user_id", teams: "team_id", organisations: "organisation_id", requests: "request_id" },
  ...{ "api-keys": "api_key_id", "own-keys": "api_key_id", "service-accounts": "service_account_id" },
  ...{ views: "view_id", sessions: "session_id", aliases: "alias_id" },
};

const kindsOfBudgets = {
  user_id: "user",
  team_id: "team",
  organisation_id: "organisation",
  api_key_id: "key",
  alias_id: "alias",
} as const;

function slotsOf(route: AdminRoute, ids: Side["ids"]): readonly Slot[] {
  const inPath = paramsOf(route).filter((name) => name !== "kind");
  const known = (names: readonly string[]): string[] =>
    [...new Set(names)].filter((name) => name in ids && name !== "email");
  const segment = /\/([\w-]+)\/\{id\}/.exec(route.path)?.[1] ?? "";
  const ofPath = (name: string): string | null => (name === "id" ? (idBySegment[segment] ?? null) : name);
  return [
    ...inPath.map((name): Slot => ({ place: "path", name, of: ofPath(name) })),
    ...known(namesIn(route.query)).map((name): Slot => ({ place: "query", name, of: name })),
    ...known(namesIn(route.body)).map((name): Slot => ({ place: "body", name, of: name })),
  ];
}

interface Filled extends Slot {
  readonly value: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends the route with these ids. */
async function askWith(plane: AdminPlane, door: Door, token: string, filled: readonly Filled[]): Promise<Answer> {
  const { route } = door;
  const of = (place: Slot["place"]) => filled.filter((slot) => slot.place === place);
  const inPath = Object.fromEntries(of("path").map(({ name, value }) => [name, value]));
  const body = smallBodyOf(route, Object.fromEntries(of("body").map(({ name, value }) => [name, value])));
  if (door.isInBulk) return askInBulk(plane, { route, token, params: inPath, body });
  const kind =
    Object.entries(kindsOfBudgets).find(([name]) => of("path").some((slot) => slot.of === name))?.[1] ?? "user";
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === "kind" ? kind : (inPath[name] ?? "none"),
  );
  const query = String(new URLSearchParams(Object.fromEntries(of("query").map(({ name, value }) => [name, value]))));
  const response = await fetch(`${plane.url}${path}${query === "" ? "" : `?${query}`}`, {
    method: route.method,
    headers: { authorization: `Bearer ${token}`, ...(body && { "content-type": "application/json" }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
  if (isStream) await response.body?.cancel();
  return { status: response.status, text: isStream ? "" : await response.text() };
}

interface Operation extends Pick<Door, "route"> {
  readonly token: string;
  readonly params: Readonly<Record<string, string>>;
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** What the bulk says of its one operation; where it says nothing of it, what it says itself. */
async function askInBulk(plane: AdminPlane, { route, token, params, body }: Operation): Promise<Answer> {
  const hasParams = Object.keys(params).length > 0;
  const operation = { op: route.id, ...(hasParams && { params }), ...(body && { body }) };
  const response = await fetch(`${plane.url}${adminRoutes.bulk.run.path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ operations: [operation] }),
  });
  const text = await response.text();
  const { results } = JSON.parse(text) as { readonly results?: readonly { readonly status: number }[] };
  const [result] = results ?? [];
  return result === undefined ? { status: response.status, text } : { ...result, text: JSON.stringify(result) };
}

/** Each slot by itself, with the own side's ids in the others, and all at once. */
function variantsOf(slots: readonly Slot[]): readonly (readonly Slot[])[] {
  const each = slots.map((slot) => [slot]);
  return slots.length > 1 ? [...each, slots] : each;
}

/** Slots whose name does not tell what they are of, each as everything. */
function readingsOf(slots: readonly Slot[], ids: Side["ids"]): readonly (readonly Slot[])[] {
  const unknown = slots.find(({ of }) => of === null);
  if (unknown === undefined) return [slots];
  return Object.keys(ids).map((of) => slots.map((slot) => (slot === unknown ? { ...slot, of } : slot)));
}

const madeUp = newId();

/** What somebody has learnt or done of the other side, route by route. */
export async function walk(
  plane: AdminPlane,
  asker: Asker,
  sides: Sides,
  isMeant: (name: string) => boolean = () => true,
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const door of doors.filter((one) => isMeant(nameOf(one)))) {
    const { permission } = door.route;
    if (permission === "public" || asker.grants[permission] === "all") continue;
    if (isRefused(asker, permission)) findings.push(...(await findOpened(plane, door, asker, sides)));
    else findings.push(...(await findTold(plane, door, asker, sides)));
  }
  return findings;
}

/** By the tables alone: whoever has nothing of a permission is told so, whatever he asks for. */
function isRefused({ grants, teamRole }: Asker, permission: Exclude<AdminRoute["permission"], "public">): boolean {
  const memberships = teamRole === null ? [] : [{ teamId: "own", role: teamRole }];
  return reachesNothing(reach({ grants, userId: "x", memberships }, permission));
}

async function findOpened(
  plane: AdminPlane,
  door: Door,
  { token }: Asker,
  { other }: Sides,
): Promise<readonly string[]> {
  const [slots = []] = readingsOf(slotsOf(door.route, other.ids), other.ids);
  const { status } = await askWith(plane, door, token, fill(slots, slots, other.ids, other.ids));
  return status === 403 ? [] : [`${nameOf(door)}: ${status} in place of 403`];
}

async function findTold(plane: AdminPlane, door: Door, { token }: Asker, sides: Sides): Promise<readonly string[]> {
  const { own, other } = sides;
  const { route } = door;
  const findings: string[] = [];
  const all = [...other.words, ...Object.values(other.ids)];
  const isEndOfSession = route.id === "sessions.end";
  if (route.method === "GET") findings.push(...wordsIn(await askWith(plane, door, token, []), all, nameOf(door)));
  for (const slots of isEndOfSession ? [] : readingsOf(slotsOf(route, other.ids), other.ids)) {
    for (const foreign of variantsOf(slots)) {
      const there = await askWith(plane, door, token, fill(slots, foreign, own.ids, other.ids));
      const nowhere = await askWith(plane, door, token, fill(slots, foreign, own.ids, null));
      const what = `${nameOf(door)} by ${foreign.map(({ place, name, of }) => `${place} ${name} of ${of}`).join(", ")}`;
      // What was made twice has another id and another time.
      const isMade = route.method !== "GET" && there.status < 300;
      const isSame = there.status === nowhere.status && (isMade || plain(there, other) === plain(nowhere, other));
      if (!isSame)
        findings.push(`${what}: ${there.status} ${there.text.slice(0, 120)} and ${nowhere.status} for nobody`);
      if (there.status < 300) findings.push(...wordsIn(there, other.words, what));
    }
  }
  return findings;
}

/** `theirs` is null for ids that do not exist. */
function fill(
  slots: readonly Slot[],
  foreign: readonly Slot[],
  ours: Side["ids"],
  theirs: Side["ids"] | null,
): readonly Filled[] {
  return slots.map((slot) => {
    const of = slot.of ?? "";
    const value = foreign.includes(slot) ? (theirs === null ? madeUp : theirs[of]) : ours[of];
    return { ...slot, value: value ?? madeUp };
  });
}

function plain({ text: told }: Answer, { ids }: Side): string {
  const text = foundNothing(told);
  return [...Object.values(ids), madeUp].reduce((left, id) => left.replaceAll(id, "ID"), text);
}

/** An id that was asked for may come back: it tells nothing. */
function wordsIn({ status, text }: Answer, words: readonly string[], what: string): readonly string[] {
  return status < 300 ? words.filter((word) => text.includes(word)).map((word) => `${what}: tells ${word}`) : [];
}

/** By ids in their paths: those of which somebody is told something. Were there none, the walk would ask for nothing. */
export async function reachedBy(plane: AdminPlane, token: string, { ids }: Side): Promise<readonly string[]> {
  const reached = new Set<string>();
  for (const door of doors.filter(({ route: { method } }) => method === "GET")) {
    const { route } = door;
    const inPath = slotsOf(route, ids).filter(({ place }) => place === "path");
    for (const slots of inPath.length === 0 ? [] : readingsOf(inPath, ids)) {
      const there = await askWith(plane, door, token, fill(slots, slots, ids, ids));
      const nowhere = await askWith(plane, door, token, fill(slots, slots, ids, null));
      if (there.status === 200 && nowhere.status === 404) reached.add(route.id);
    }
  }
  return [...reached];
}

/** Of the log of what happened, and what every request touches. */
const beside = /^(?:audit_|outbox|event_sinks|leases|instances|snapshot_changes|webhook_deliveries|schema_)/;

/** All rows that name something of a side. */
export async function rowsOf({ store: { database } }: AdminPlane, { ids }: Side): Promise<readonly string[]> {
  const { kysely } = database;
  const rows: string[] = [];
  for (const { name } of await kysely.introspection.getTables()) {
    if (beside.test(name)) continue;
    // Tables that later versions add are looked at as well, whatever they hold.
    const all = await kysely
      .selectFrom(name as "users")
      .selectAll()
      .execute();
    const told = all.map((row) => `${name} ${JSON.stringify(row)}`);
    rows.push(...told.filter((row) => Object.values(ids).some((id) => row.includes(id))));
  }
  return rows.toSorted();
}
