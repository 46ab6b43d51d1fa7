// SCIM 2.0 as directories speak it: the RFC's own examples, and the dialects of Entra ID and Okta.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

const [userSchema, groupSchema, patchSchema] = [
  "urn:ietf:params:scim:schemas:core:2.0:User",
  "urn:ietf:params:scim:schemas:core:2.0:Group",
  "urn:ietf:params:scim:api:messages:2.0:PatchOp",
];
const password = "correct horse battery";

let plane: AdminPlane;
let token: string;
let serial = 0;
beforeAll(async () => {
  plane = await startAdminPlane();
  ({ token } = await plane.admin.scim.createToken({ body: { name: "Entra" } }));
  await plane.admin.users.create({ body: { email: "governor@example.com", role: "admin" } });
});
afterAll(() => plane.close());

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly headers: Headers;
}

async function ask(method: string, path: string, body?: unknown, credential = token): Promise<Answer> {
  const headers = { authorization: `Bearer ${credential}`, "content-type": "application/scim+json" };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${plane.url}/scim/v2${path}`, init);
  const text = await response.text();
  return { status: response.status, body: text === "" ? {} : JSON.parse(text), headers: response.headers };
}

const patch = (path: string, ...Operations: readonly object[]) =>
  ask("PATCH", path, { schemas: [patchSchema], Operations });

async function addUser(given: Readonly<Record<string, unknown>> = {}) {
  serial += 1;
  const userName = `person${serial}@example.com`;
  const { status, body } = await ask("POST", "/Users", { schemas: [userSchema], userName, active: true, ...given });
  expect([status, body]).toMatchObject([201, { userName: given["userName"] ?? userName }]);
  return String(body["id"]);
}

async function addGroup(displayName: string, ...members: readonly string[]) {
  const given = { schemas: [groupSchema], displayName, members: members.map((value) => ({ value })) };
  const { status, body } = await ask("POST", "/Groups", given);
  expect(status).toBe(201);
  return String(body["id"]);
}

const resourcesOf = ({ body }: Answer) => body["Resources"] as Record<string, unknown>[];
const idsOf = (answer: Answer) => resourcesOf(answer).map(({ id }) => id);
const findUsers = async (filter: string) => idsOf(await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`));
const memberIds = async (group: string) =>
  ((await ask("GET", `/Groups/${group}`)).body["members"] as { value: string }[]).map(({ value }) => value).toSorted();

const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted();

describe("who may", () => {
  it.each([
    ["nobody", ""],
    ["a made-up token", `scim-${"0".repeat(12)}-${"0".repeat(64)}`],
    ["the admin key", "admin-key-of-the-tests"],
  ])("is not %s", async (_, credential) => {
    const { status, body, headers } = await ask("GET", "/Users", undefined, credential);
    expect([status, body]).toEqual([
      401,
      { schemas: [expect.stringContaining("Error")], status: "401", detail: expect.any(String) },
    ]);
    expect(headers.get("www-authenticate")).toBe("Bearer");
  });

  it("is not who had a token that was revoked; and a token opens nothing else", async () => {
    const made = await plane.admin.scim.createToken({ body: { name: "Okta" } });
    expect((await ask("GET", "/Users", undefined, made.token)).status).toBe(200);
    await expect(plane.as(made.token).users.list()).rejects.toMatchObject({ status: 401 });
    const { data } = await plane.admin.scim.listTokens();
    expect(data.find(({ id }) => id === made.id)?.last_used_at).not.toBeNull();
    expect(JSON.stringify(data)).not.toContain(made.token);
    await plane.admin.scim.removeToken({ params: { id: made.id } });
    expect((await ask("GET", "/Users", undefined, made.token)).status).toBe(401);
  });
});

describe("what the server tells of itself", () => {
  it.each(["/ServiceProviderConfig", "/Schemas", "/ResourceTypes", `/Schemas/${userSchema}`, "/ResourceTypes/Group"])(
    "%s",
    async (path) => {
      const { status, body, headers } = await ask("GET", path);
      expect([status, headers.get("content-type")]).toEqual([200, "application/scim+json; charset=utf-8"]);
      expect(body["schemas"]).toEqual([expect.stringMatching(/^urn:ietf:params:scim:/)]);
    },
  );

  it("says so where there is nothing", async () => {
    for (const path of ["/Bulk", "/Schemas/none", "/Users/none", "/Groups/none"])
      expect((await ask("GET", path)).body).toMatchObject({ status: "404", detail: expect.any(String) });
  });
});

describe("a user", () => {
  it("is created, read, replaced and removed", async () => {
    const given = {
      schemas: [userSchema],
      userName: "bjensen@example.com",
      externalId: "701984",
      name: { formatted: "Ms. Barbara J Jensen, III", familyName: "Jensen", givenName: "Barbara" },
      displayName: "Babs Jensen",
      emails: [
        { value: "bjensen@example.com", type: "work", primary: true },
        { value: "babs@jensen.org", type: "home" },
      ],
    };
    const created = await ask("POST", "/Users", given);
    const location = `${plane.url}/scim/v2/Users/${String(created.body["id"])}`;
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ ...given, active: true, meta: { resourceType: "User", location } });
    expect(created.headers.get("location")).toBe(location);
    const id = String(created.body["id"]);
    const user = await plane.admin.users.get({ params: { id } });
    expect(user).toMatchObject({
      email: "bjensen@example.com",
      username: "Babs Jensen",
      role: "member",
      has_password: false,
    });
    const replaced = await ask("PUT", `/Users/${id}`, { ...given, displayName: "Barbara", externalId: undefined });
    expect(replaced.body).toMatchObject({ displayName: "Barbara" });
    expect(replaced.body).not.toHaveProperty(["externalId"]);
    expect((await ask("DELETE", `/Users/${id}`)).status).toBe(204);
    expect((await ask("GET", `/Users/${id}`)).status).toBe(404);
    expect((await ask("DELETE", `/Users/${id}`)).status).toBe(404);
  });

  it("has a name of its own, whatever the case", async () => {
    await addUser({ userName: "Unique@Example.com" });
    const { status, body } = await ask("POST", "/Users", { userName: "UNIQUE@example.com" });
    expect([status, body]).toMatchObject([409, { scimType: "uniqueness" }]);
  });

  it("needs no address, and is known by one that leads nowhere then", async () => {
    const { status, body } = await ask("POST", "/Users", { userName: "Barbara Jensen" });
    expect([status, body]).toMatchObject([201, { userName: "Barbara Jensen" }]);
    const user = await plane.admin.users.get({ params: { id: String(body["id"]) } });
    expect(user.email).toBe("barbara.jensen@no-address.invalid");
  });

  it("cannot be given a role, a password or an id", async () => {
    const wishes = {
      roles: [{ value: "admin" }],
      role: "admin",
      password: "a new password",
      id: "mine",
      budget_usd: "5",
    };
    const id = await addUser(wishes);
    expect(id).not.toBe("mine");
    expect(await plane.admin.users.get({ params: { id } })).toMatchObject({
      role: "member",
      has_password: false,
      budget_usd: null,
    });
  });

  it("who was here before is found by his address, and taken over", async () => {
    const { id } = await plane.admin.users.create({ body: { email: "old@example.com", password } });
    expect(await findUsers('userName eq "OLD@example.com"')).toEqual([id]);
    const { body } = await patch(`/Users/${id}`, { op: "Replace", path: "externalId", value: "x-1" });
    expect(body).toMatchObject({ id, externalId: "x-1", userName: "old@example.com" });
    expect(await findUsers('externalId eq "x-1"')).toEqual([id]);
  });
});

describe("a user who is switched off", () => {
  it.each([
    ["as Entra ID writes it", { op: "Replace", path: "active", value: "False" }],
    ["as Okta writes it", { op: "replace", value: { active: false } }],
    ["as the RFC writes it", { op: "replace", path: "active", value: false }],
    ["with the schema's name before it", { op: "replace", path: `${userSchema}:active`, value: false }],
  ])("loses sessions and keys at once, and has keys again later: %s", async (_, operation) => {
    const email = `off${(serial += 1)}@example.com`;
    const { id } = await plane.admin.users.create({ body: { email, password, role: "admin" } });
    const session = plane.as((await plane.as(null).sessions.create({ body: { email, password } })).token);
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: id } });
    expect((await patch(`/Users/${id}`, operation)).body).toMatchObject({ active: false });
    await expect(session.sessions.me()).rejects.toMatchObject({ status: 401 });
    await expect(plane.as(key).sessions.me()).rejects.toMatchObject({ status: 401 });
    expect((await patch(`/Users/${id}`, { op: "Add", path: "active", value: "True" })).body).toMatchObject({
      active: true,
    });
    expect((await plane.as(key).sessions.me()).user?.id).toBe(id);
    await expect(session.sessions.me()).rejects.toMatchObject({ status: 401 });
  });
});

describe("the last who may change users", () => {
  it("is neither switched off nor removed by a directory, nor given another role by his groups", async () => {
    const governing = async () =>
      (await plane.admin.users.list({ query: { limit: 500 } })).data.filter(
        ({ role, is_active: isActive }) => role === "admin" && isActive,
      );
    const before = await governing();
    const last = await addUser();
    await plane.admin.users.update({ params: { id: last }, body: { role: "admin" } });
    const switchTo = (is_active: boolean) =>
      Promise.all(before.map(({ id }) => plane.admin.users.update({ params: { id }, body: { is_active } })));
    await switchTo(false);
    const refused = { status: 409, body: { detail: expect.stringContaining("Nobody would be left") } };
    expect(await patch(`/Users/${last}`, { op: "replace", path: "active", value: false })).toMatchObject(refused);
    expect(await ask("DELETE", `/Users/${last}`)).toMatchObject(refused);
    await plane.admin.scim.updateRoles({ body: { group_roles: [{ group: "nobody is in it", role: "admin" }] } });
    expect((await governing()).map(({ id }) => id)).toEqual([last]);
    await switchTo(true);
    // With others beside him his groups count again.
    await plane.admin.scim.updateRoles({ body: {} });
    expect((await plane.admin.users.get({ params: { id: last } })).role).toBe("member");
    await plane.admin.scim.updateRoles({ body: { group_roles: [] } });
  });
});

describe("PATCH of a user", () => {
  it("changes parts of what has several, and makes what is not there yet", async () => {
    const id = await addUser({ emails: [{ value: "parts-a@example.com", type: "work" }] });
    const changed = await patch(
      `/Users/${id}`,
      { op: "Replace", path: 'emails[type eq "work"].value', value: "parts-b@example.com" },
      { op: "Add", path: 'emails[type eq "home"].value', value: "parts-c@example.com" },
      { op: "Add", path: "name.givenName", value: "Barbara" },
      { op: "add", value: { "name.familyName": "Jensen", displayName: "Babs" } },
    );
    expect(changed.body).toMatchObject({
      emails: [
        { value: "parts-b@example.com", type: "work" },
        { value: "parts-c@example.com", type: "home" },
      ],
      ...{ name: { givenName: "Barbara", familyName: "Jensen" }, displayName: "Babs" },
    });
    expect((await plane.admin.users.get({ params: { id } })).email).toBe("parts-b@example.com");
    const removed = await patch(
      `/Users/${id}`,
      { op: "remove", path: 'emails[type eq "home"]' },
      { op: "remove", path: "name" },
    );
    expect(removed.body["emails"]).toEqual([{ value: "parts-b@example.com", type: "work" }]);
    expect(removed.body).not.toHaveProperty(["name"]);
  });

  it("passes over what is not kept here, as enterprise attributes are", async () => {
    const id = await addUser();
    const path = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department";
    expect((await patch(`/Users/${id}`, { op: "Add", path, value: "Tour Operations" })).status).toBe(200);
  });

  it.each([
    ["no operations", {}, "invalidSyntax"],
    ["an operation that is none", { Operations: [{ op: "drop", path: "active" }] }, "invalidSyntax"],
    ["a removal of nothing", { Operations: [{ op: "remove" }] }, "noTarget"],
    ["a path that is none", { Operations: [{ op: "replace", path: "a b", value: 1 }] }, "invalidPath"],
    [
      "a filter that is none",
      { Operations: [{ op: "replace", path: "emails[type xx 1]", value: 1 }] },
      "invalidFilter",
    ],
    ["a truth that is none", { Operations: [{ op: "replace", path: "active", value: "maybe" }] }, "invalidValue"],
  ])("with %s is refused, and changes nothing", async (_, body, scimType) => {
    const id = await addUser();
    const before = (await ask("GET", `/Users/${id}`)).body;
    const refused = await ask("PATCH", `/Users/${id}`, body);
    expect([refused.status, refused.body]).toMatchObject([400, { scimType, status: "400" }]);
    expect((await ask("GET", `/Users/${id}`)).body).toEqual(before);
  });
});

describe("a list", () => {
  it("has pages, counted from 1, and says how many there are", async () => {
    for (let made = 0; made < 3; made += 1) await addUser();
    const all = await ask("GET", "/Users");
    const total = Number(all.body["totalResults"]);
    expect([idsOf(all).length, all.body["startIndex"]]).toEqual([total, 1]);
    const second = await ask("GET", "/Users?startIndex=2&count=2");
    expect(second.body).toMatchObject({ totalResults: total, startIndex: 2, itemsPerPage: 2 });
    expect(idsOf(second)).toEqual(idsOf(all).slice(1, 3));
    expect((await ask("GET", "/Users?count=0")).body).toMatchObject({
      totalResults: total,
      itemsPerPage: 0,
      Resources: [],
    });
    expect((await ask("GET", "/Users?startIndex=-5&count=1")).body).toMatchObject({ startIndex: 1 });
    expect((await ask("GET", "/Users?count=x")).status).toBe(400);
  });

  it("is narrowed by filters", async () => {
    const [ada, bob] = [
      await addUser({ userName: "filter.ada@one.example", displayName: "Ada L", externalId: "Ext-1" }),
      await addUser({
        userName: "filter.bob@two.example",
        displayName: "Bob",
        active: false,
        emails: [{ value: "bob@two.example", type: "home" }],
      }),
    ];
    const both = 'userName sw "filter."';
    for (const [filter, found] of [
      ['userName eq "FILTER.ADA@one.example"', [ada]],
      [`${both} and active eq false`, [bob]],
      [`${both} and not (displayName co "ada")`, [bob]],
      [`${both} and (displayName eq "nobody" or externalId pr)`, [ada]],
      ['userName ew "two.example" or userName ew "ONE.example"', [ada, bob]],
      ['emails[type eq "home" and value co "bob"]', [bob]],
      ['emails.value eq "bob@two.example"', [bob]],
      ['externalId eq "ext-1"', []],
      [`id eq "${ada}"`, [ada]],
      [`${both} and meta.created gt "2011-05-13T04:42:34Z"`, [ada, bob]],
      [`${both} and displayName ne "Bob"`, [ada]],
      [`${userSchema}:userName eq "filter.bob@two.example"`, [bob]],
    ] as const)
      expect([filter, sorted((await findUsers(filter)).map(String))]).toEqual([filter, sorted(found)]);
  });

  it.each([
    "userName eq",
    "userName",
    'userName eq "x" extra',
    "(active eq true",
    'userName = "x"',
    '"x" eq userName',
    "active eq yes",
    "a".repeat(5_000),
    `${"(".repeat(100)}active pr${")".repeat(100)}`,
  ])("is refused a filter that is none", async (filter) => {
    const { status, body } = await ask("GET", `/Users?filter=${encodeURIComponent(filter)}`);
    expect([status, body]).toMatchObject([400, { scimType: "invalidFilter" }]);
  });

  it("tells what is asked for alone", async () => {
    const id = await addUser();
    const only = (await ask("GET", `/Users/${id}?attributes=userName`)).body;
    expect(Object.keys(only).toSorted()).toEqual(["id", "schemas", "userName"]);
    expect((await ask("GET", `/Users/${id}?excludedAttributes=emails,meta`)).body).not.toHaveProperty(["emails"]);
  });
});

describe("a group", () => {
  it("takes members in and lets them go, in every way in which directories say it", async () => {
    const [ada, bob, cyd] = [await addUser(), await addUser(), await addUser()];
    const group = await addGroup(`Tour Guides ${serial}`, ada);
    const member = (id: string) => ({ value: id });
    await patch(`/Groups/${group}`, { op: "Add", path: "members", value: [member(bob), member(ada)] });
    expect(await memberIds(group)).toEqual([ada, bob].toSorted());
    await patch(`/Groups/${group}`, { op: "Remove", path: "members", value: [member(ada)] });
    expect(await memberIds(group)).toEqual([bob]);
    await patch(
      `/Groups/${group}`,
      { op: "remove", path: `members[value eq "${bob}"]` },
      { op: "add", value: { members: [member(cyd)] } },
    );
    expect(await memberIds(group)).toEqual([cyd]);
    await patch(`/Groups/${group}`, { op: "replace", path: "members", value: [member(ada), member(bob)] });
    expect(await memberIds(group)).toEqual([ada, bob].toSorted());
    expect((await ask("GET", `/Users/${ada}`)).body["groups"]).toMatchObject([{ value: group }]);
    await patch(`/Groups/${group}`, { op: "replace", value: { id: group, displayName: `Guides ${serial}` } });
    expect((await ask("GET", `/Groups/${group}`)).body).toMatchObject({ displayName: `Guides ${serial}` });
    await patch(`/Groups/${group}`, { op: "remove", path: "members" });
    expect(await memberIds(group)).toEqual([]);
    expect((await ask("DELETE", `/Groups/${group}`)).status).toBe(204);
  });

  it("is found by its name, and told without its members where these are not wanted", async () => {
    const name = `Listed ${(serial += 1)}`;
    const id = await addGroup(name, await addUser());
    const path = `/Groups?excludedAttributes=members&filter=${encodeURIComponent(`displayName eq "${name}"`)}`;
    const [found] = resourcesOf(await ask("GET", path));
    expect(found).toMatchObject({ id, displayName: name });
    expect(found).not.toHaveProperty(["members"]);
  });

  it("has members that are users, and a name of its own", async () => {
    const name = `Own ${(serial += 1)}`;
    await addGroup(name);
    expect((await ask("POST", "/Groups", { displayName: name })).body).toMatchObject({
      status: "409",
      scimType: "uniqueness",
    });
    const strangers = { displayName: `${name} b`, members: [{ value: "none" }] };
    expect((await ask("POST", "/Groups", strangers)).body).toMatchObject({ status: "400", scimType: "invalidValue" });
    expect(
      (await ask("GET", `/Groups?filter=${encodeURIComponent(`displayName eq "${name} b"`)}`)).body["totalResults"],
    ).toBe(0);
  });

  it("takes people into a team, and out of it", async () => {
    const group = `Team group ${(serial += 1)}`;
    const team = await plane.admin.teams.create({ body: { name: group } });
    await plane.admin.scim.updateRoles({ body: { group_teams: [{ group, team_id: team.id, role: "viewer" }] } });
    const ada = await addUser();
    const id = await addGroup(group, ada);
    const members = async () => (await plane.admin.teams.members({ params: { id: team.id } })).data;
    expect(await members()).toMatchObject([{ user_id: ada, role: "viewer" }]);
    await ask("DELETE", `/Groups/${id}`);
    expect(await members()).toEqual([]);
    await plane.admin.scim.updateRoles({ body: { group_teams: [] } });
  });

  it("gives its role to who comes in, and takes it from who leaves, at once", async () => {
    const group = `Admins ${(serial += 1)}`;
    const [ada, bob] = [await addUser(), await addUser()];
    const byHand = await plane.admin.users.create({ body: { email: `hand${serial}@example.com`, role: "admin" } });
    const { key } = await plane.admin.apiKeys.create({ body: { name: "k", user_id: ada } });
    const id = await addGroup(group, ada);
    await expect(plane.as(key).users.list()).rejects.toMatchObject({ status: 403 });
    await plane.admin.scim.updateRoles({ body: { group_roles: [{ group, role: "admin" }] } });
    expect((await plane.as(key).users.list()).data.length).toBeGreaterThan(0);
    // Of whom no directory has told anything the role is not touched.
    expect((await plane.admin.users.get({ params: { id: byHand.id } })).role).toBe("admin");
    await patch(
      `/Groups/${id}`,
      { op: "remove", path: `members[value eq "${ada}"]` },
      { op: "add", path: "members", value: [{ value: bob }] },
    );
    await expect(plane.as(key).users.list()).rejects.toMatchObject({ status: 403 });
    expect((await plane.admin.users.get({ params: { id: bob } })).role).toBe("admin");
    await ask("DELETE", `/Groups/${id}`);
    expect((await plane.admin.users.get({ params: { id: bob } })).role).toBe("member");
    await plane.admin.scim.updateRoles({ body: { group_roles: [] } });
  });
});
