// What callers send is never more than a value: no field that is not theirs to set, no statement, no formula and no header.

import { foundNothing } from "./security-support/found-nothing.ts";
import { adminRouteList } from "@ghostllm/contract/routes";
import type { AdminRoute } from "@ghostllm/contract/routes";
import { z } from "zod";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { adminKey, postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { bodyOf, namesIn, objectsOf } from "./security-support/samples.ts";
import { availableEngines } from "./store-support/engines.ts";
import { createRecord } from "./store-support/records.ts";

const withBody = adminRouteList.filter(({ body }) => body !== undefined);
/** What is exported is told of in the log that is exported. */
const withQuery = adminRouteList.filter(
  ({ method, query, mediaType }) =>
    method === "GET" && query !== undefined && mediaType !== "application/x-ndjson" && mediaType !== "text/plain",
);

/** Such as rows have, and as callers would like to set them. */
const ownOfRows = [
  ...["id", "kind", "user_id", "team_id", "organisation_id", "role", "roles", "permissions", "grants", "is_admin"],
  ...["is_active", "is_built_in", "password_hash", "key_hash", "public_id", "spent_usd", "created_at", "updated_at"],
  ...["api_key_encrypted", "client_secret_encrypted", "members", "origin", "secret", "token"],
];

let plane: AdminPlane;
beforeAll(async () => {
  plane = await startAdminPlane();
  await plane.admin.users.create({ body: { email: "somebody@example.com", role: "admin" } });
});
afterAll(() => plane.close());

const pathOf = ({ path }: AdminRoute, value = "none"): string => path.replace(/\{\w+\}/g, encodeURIComponent(value));

/** Nobody stays signed in by it, and a public route has no need of the key. */
async function send(route: AdminRoute, text: string) {
  const headers = { "content-type": "application/json" };
  const response = await plane.request(pathOf(route), { method: route.method, headers, body: text });
  const body: unknown = await response.json().catch(() => null);
  return { status: response.status, error: (body as { error?: { param?: string } } | null)?.error };
}

/** The body with something more at this place. */
function withMore(body: Record<string, unknown>, path: readonly string[], more: object): object | undefined {
  const [name, ...rest] = path;
  if (name === undefined) return { ...body, ...more };
  const inner: unknown = body[name];
  const isList = Array.isArray(inner);
  const target: unknown = isList ? inner[0] : inner;
  if (typeof target !== "object" || target === null) return undefined;
  const changed = withMore({ ...target }, isList ? rest.slice(1) : rest, more);
  return changed && { ...body, [name]: isList ? [changed] : changed };
}

async function fingerprint(): Promise<string> {
  const { kysely } = plane.store.database;
  const tables = ["users", "roles", "teams", "team_members", "api_keys", "providers", "settings", "webhooks"] as const;
  const rows = await Promise.all(tables.map((table) => kysely.selectFrom(table).selectAll().execute()));
  return JSON.stringify(rows);
}

describe("fields that a route does not have", () => {
  it.each(withBody.map((route) => [route.id, route] as const))(
    "are refused by name, and nothing is done: %s",
    async (_, route) => {
      const body = bodyOf(route);
      expect(body).toBeDefined();
      const before = await fingerprint();
      for (const path of objectsOf(route.body)) {
        const known = new Set(namesIn(route.body));
        const names = ownOfRows.filter((name) => !known.has(name));
        const more = withMore(body ?? {}, path, Object.fromEntries(names.map((name) => [name, "x"])));
        if (more === undefined) continue;
        const { status, error } = await send(route, JSON.stringify(more));
        const param = [...path, names[0]].join(".").replaceAll(/\.0(?=\.|$)/g, "[0]");
        expect([path, status, error]).toMatchObject([
          path,
          400,
          { param, message: expect.stringContaining("no such field") },
        ]);
      }
      expect(await fingerprint()).toBe(before);
    },
  );

  it.each(withBody.map((route) => [route.id, route] as const))("reach no prototype: %s", async (_, route) => {
    const body = JSON.stringify(bodyOf(route) ?? {}).slice(1, -1);
    const rest = body === "" ? "" : `,${body}`;
    const tries = [
      `{"__proto__":{"isPolluted":true}${rest}}`,
      `{"constructor":{"prototype":{"isPolluted":true}}${rest}}`,
    ];
    for (const text of tries) expect(await send(route, text)).toMatchObject({ status: 400 });
    expect(Reflect.get({}, "isPolluted")).toBeUndefined();
  });
});

/** Names that every object has, and quotes that end a text. */
const odd = ["constructor", "__proto__", "n'; drop table users; --", "\u0000"];

describe("values that mean something elsewhere", () => {
  it.each(withBody.map((route) => [route.id, route] as const))("are values, in each field: %s", async (_, route) => {
    const body = bodyOf(route) ?? {};
    for (const name of Object.keys(route.body?.shape ?? {})) {
      for (const value of odd) {
        const { status } = await send(route, JSON.stringify({ ...body, [name]: value }));
        expect([name, value, status < 500 || status === 503]).toEqual([name, value, true]);
      }
    }
  });

  it("name no permission, no type of provider, no class, no page and no parameter of a provider", async () => {
    for (const name of ["constructor", "toString", "hasOwnProperty"]) {
      const refused = { status: 400 };
      const roles = plane.admin.roles.create({ body: { name: "odd", permissions: { [name]: "all" } } });
      await expect(roles).rejects.toMatchObject(refused);
      const provider = { provider_type: "openai", api_key: "sk-x" };
      await expect(plane.admin.providers.create({ body: { ...provider, provider_type: name } })).rejects.toMatchObject(
        refused,
      );
      const settings = { [name]: "x" };
      await expect(plane.admin.providers.create({ body: { ...provider, settings } })).rejects.toMatchObject(refused);
      const privacy = postJson({ name: "odd", privacy: { classes: { [name]: "block" } } });
      expect((await plane.request("/admin/teams", privacy)).status).toBe(400);
    }
  });
});

const payloads = [
  ...["n' or '1'='1", "n'; drop table users; --", "n\\' or 1=1 --", 'n" or ""="', "n') union select * from users --"],
  ...["n%", "n_", "n\\", "n'||(select password_hash from users)||'"],
];

describe.each(availableEngines())("statements in queries, on $name", (engine) => {
  let asked: AdminPlane;
  let token: string;

  beforeAll(async () => {
    asked = await startAdminPlane({ database: await engine.create() });
    for (const name of ["no", "nn", "n-x"]) {
      const { id } = await asked.admin.users.create({ body: { email: `${name}@example.com`, username: name } });
      await asked.admin.apiKeys.create({ body: { name, user_id: id, tags: [name] } });
      await asked.store.usage.insert([
        createRecord({ userId: id, requestedModel: name, createdAt: asked.clock.nowMs }),
      ]);
    }
    ({ token } = await asked.admin.scim.createToken({ body: { name: "directory" } }));
  });
  afterAll(() => asked.close());

  async function read(path: string, credential = adminKey) {
    const response = await fetch(asked.url + path, { headers: { authorization: `Bearer ${credential}` } });
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (isStream) await response.body?.cancel();
    return { status: response.status, text: isStream ? "" : await response.text() };
  }

  const fieldsOf = ({ query }: AdminRoute): readonly string[] =>
    Object.entries(query?.shape ?? {})
      .filter(([, field]) => field instanceof z.ZodType && field.safeParse("n'x").success)
      .map(([name]) => name);
  const asking = withQuery.flatMap((route) => fieldsOf(route).map((name) => [route.id, name, route] as const));

  it.each(asking)("are words that nothing is called by: %s, %s", async (_id, name, route) => {
    const ask = (value: string) => read(`${pathOf(route)}?${name}=${encodeURIComponent(value)}`);
    // As long as the others, and in the order of ids where those are: behind them all.
    const nothing = await ask("nzzzz");
    for (const payload of payloads) {
      const { status, text } = await ask(payload);
      expect([payload, status]).toEqual([payload, nothing.status]);
      if (status === 200) expect([payload, foundNothing(text)]).toEqual([payload, foundNothing(nothing.text)]);
    }
  });

  it("are no ids in paths", async () => {
    const byId = adminRouteList.filter(({ method, path }) => method === "GET" && path.includes("{id}"));
    for (const route of byId) {
      const nothing = await read(pathOf(route, "nzzzz"));
      for (const payload of payloads) {
        const found = await read(pathOf(route, payload));
        expect([route.id, payload, found.status]).toEqual([route.id, payload, nothing.status]);
      }
    }
  });

  it("are no orders", async () => {
    for (const route of withQuery) {
      for (const name of Object.keys(route.query?.shape ?? {}).filter((one) => /order|sort|group|bucket/.test(one)))
        expect([
          route.id,
          (await read(`${pathOf(route)}?${name}=${encodeURIComponent(payloads[0] ?? "")}`)).status,
        ]).toEqual([route.id, 400]);
    }
  });

  it("find nobody in a directory's filter", async () => {
    for (const payload of payloads.filter((text) => !/["\\]/.test(text))) {
      for (const filter of [`userName eq "${payload}"`, `externalId eq "${payload}"`, `displayName co "${payload}"`]) {
        const { status, text } = await read(`/scim/v2/Users?filter=${encodeURIComponent(filter)}`, token);
        expect([filter, status, JSON.parse(text).totalResults]).toEqual([filter, 200, 0]);
      }
    }
  });

  it("have changed nothing", async () => {
    expect((await asked.admin.users.list({})).data.map(({ username }) => username)).toEqual(["no", "nn", "n-x"]);
  });
});

/** Cells of RFC 4180. */
function cellsOf(csv: string): readonly string[] {
  return [...csv.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(?:,|\r\n|\n|$)/g)].map(([, cell = ""]) =>
    cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell,
  );
}

describe("a cell of a table", () => {
  const starts = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d"];
  const formula = "1+cmd|' /C calc'!A0";

  it("is no formula in a spreadsheet, whatever somebody or something is called", async () => {
    for (const [index, start] of starts.entries()) {
      const name = `${start}${formula}`;
      const user = await plane.admin.users.create({ body: { email: `cell${index}@example.com`, username: name } });
      const key = await plane.admin.apiKeys.create({ body: { name: `${name} ${index}`, user_id: user.id } });
      const team = await plane.admin.teams.create({ body: { name: `${name} team ${index}` } });
      const names = { requestedModel: name, model: name, provider: name };
      const ids = { userId: user.id, apiKeyId: key.id, teamId: team.id };
      await plane.store.usage.insert([createRecord({ ...names, ...ids, createdAt: plane.clock.nowMs })]);
    }
    const tables = adminRouteList.filter(({ mediaType }) => mediaType === "text/csv");
    expect(tables.length).toBeGreaterThan(0);
    for (const route of tables) {
      const groups =
        "group_by" in (route.query?.shape ?? {})
          ? ["user", "api_key", "team", "model", "provider", "requested_model"]
          : [""];
      for (const group of groups) {
        const response = await plane.request(`${route.path}${group === "" ? "" : `?group_by=${group}`}`);
        if (response.status !== 200) continue;
        const csv = await response.text();
        const bad = cellsOf(csv).filter(
          (cell) => /^[=+\-@\t\r\n\uff0b\uff0d\uff1d\uff20]/.test(cell) && !/^-?[\d.]+$/.test(cell),
        );
        expect([route.id, group, bad]).toEqual([route.id, group, []]);
        if (group === "user") expect(csv).toContain(`'=${formula}`);
      }
    }
  });
});

describe("a value that goes to vendors", () => {
  const body = { provider_type: "openai", api_key: "sk-x" };
  const breaks = ["a\r\nx-evil: 1", "a\nx-evil: 1", "a\rb", "a\u0000b", "a\u0085b", "a\u2028b"];

  it.each(breaks)("begins no header of its own: %j", async (text) => {
    const tries = [
      { ...body, api_key: text },
      { ...body, headers: { "x-own": text } },
      { ...body, headers: { [text]: "x" } },
      // What a URL writes in its own way begins nothing.
      ...(text === "a\u2028b" ? [] : [{ ...body, base_url: `https://api.example.com/${text}` }]),
    ];
    for (const given of tries) {
      const made = await plane.request("/admin/providers", postJson({ name: `p${Math.random()}`, ...given }));
      expect([JSON.stringify(given), made.status]).toEqual([JSON.stringify(given), 400]);
    }
  });
});
