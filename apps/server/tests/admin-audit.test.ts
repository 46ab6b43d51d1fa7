// What the admin API leaves in the audit log: every route that changes something, and everybody who failed or was refused.

import { createHash } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { adminRouteList, adminRoutes } from "@ghostllm/contract/routes";
import type { AdminRoute, AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { readStream } from "@ghostllm/contract/read-stream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { adminKey, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import {
  canary,
  changingCalls,
  makeOn,
  newKey,
  newSession,
  newUser,
  password,
  perform,
  writePriceList,
} from "./changing-calls.ts";
import type { ChangingId } from "./changing-calls.ts";

type Entry = RouteAnswer<AdminRoutes["audit"]["get"]>;

let plane: AdminPlane;
let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-audit-"));
  const priceSource = join(directory, "list.json");
  await writePriceList(priceSource);
  plane = await startAdminPlane({ priceSource, backupTo: "/var/backups", trustedProxies: ["127.0.0.1"] });
  makeOn(plane);
});
afterAll(async () => {
  await plane.close();
  await rm(directory, { recursive: true, force: true });
});

async function entriesOf(response: Response): Promise<readonly Entry[]> {
  const q = response.headers.get("x-request-id") ?? "none";
  return (await plane.admin.audit.list({ query: { q } })).data.toReversed();
}

const changing = adminRouteList.filter(({ method }) => method !== "GET");

describe("a route that changes something", () => {
  it.each(changing.map((route) => [route.id, route] as const))("%s leaves what it has done", async (id, route) => {
    const { prepare, actions, isRefused = false, notedAs = id } = changingCalls[id as ChangingId];
    const call = await prepare();
    const response = await perform(route, call);
    await response.text();
    expect(response.ok).toBe(!isRefused);
    const entries = await vi.waitUntil(async () => {
      const found = await entriesOf(response);
      return found.length >= actions.length ? found : null;
    });
    expect(entries.map(({ action }) => action)).toEqual(actions);
    for (const entry of entries) {
      expect(entry).toMatchObject({ route: notedAs, address: "203.0.113.9", user_agent: "auditor/1" });
      expect(entry.outcome === "done").toBe(!isRefused);
      if (call.as === undefined && route.permission !== "public")
        expect(entry.actor).toEqual({ kind: "admin_key", id: null, name: "admin key", user_id: null });
    }
    if (/\.(created|changed|removed|revoked|rotated)$/.test(actions[0] ?? "") && !id.startsWith("sessions."))
      expect(entries[0]?.changes).not.toEqual([]);
  });

  it("is in the list of this test, whichever routes there are", () => {
    expect(Object.keys(changingCalls).toSorted()).toEqual(changing.map(({ id }) => id).toSorted());
  });

  it("leaves no secret, in no entry, export or event", async () => {
    const everything = async (path: string): Promise<string> => (await plane.request(path)).text();
    const texts = await Promise.all(
      [
        "/admin/audit?limit=500",
        "/admin/audit/export/ndjson",
        "/admin/audit/export/cef",
        "/admin/events?limit=500&types=audit.entry",
      ].map(everything),
    );
    for (const text of texts) {
      expect(text.length).toBeGreaterThan(5_000);
      expect(text).not.toContain(canary);
      expect(text).not.toMatch(/whsec_|\$2[aby]\$|gk-\w{12}-/);
    }
  });
});

describe("what concerns security", () => {
  const newest = (query: { readonly action: string; readonly q?: string }) =>
    vi.waitFor(async () => {
      const [entry] = (await plane.admin.audit.list({ query: { ...query, limit: 1 } })).data;
      if (entry === undefined) throw new Error(`Nothing is told of ${query.action}`);
      return entry;
    }, 10_000);

  it("is told of whoever signs in, fails to, and signs out", async () => {
    const { id, email } = await newUser();
    const post = (body: object) => perform(adminRoutes.sessions.create, { body });
    const failed = await post({ email, password: "wrong" });
    const unknown = await post({ email: `${canary}@example.com`, password: "wrong" });
    const q = (response: Response) => ({ q: response.headers.get("x-request-id") ?? "" });
    expect(await newest({ action: "session.failed", ...q(failed) })).toMatchObject({
      ...{ outcome: "failed", actor: { kind: "anonymous" }, object: { kind: "user", id, name: email } },
    });
    // It may be a password that went into the wrong field.
    expect((await newest({ action: "session.failed", ...q(unknown) })).object).toMatchObject({ id: null, name: "" });
    const made = await post({ email, password });
    expect(await newest({ action: "session.created", ...q(made) })).toMatchObject({
      actor: { kind: "session", id, name: email, user_id: id },
    });
  });

  it("is told of whoever is refused, with what he lacked", async () => {
    const { key, id, user_id: userId } = await newKey();
    const refused = await perform(adminRoutes.users.list, { as: key });
    expect(refused.status).toBe(403);
    const q = refused.headers.get("x-request-id") ?? "";
    const entry = await newest({ action: "permission.refused", q });
    expect(entry).toMatchObject({
      ...{ outcome: "refused", actor: { kind: "api_key", id, user_id: userId }, route: "users.list" },
      details: { permission: "users.read" },
    });
    expect(JSON.stringify(entry)).not.toContain(key);
    const stranger = await perform(adminRoutes.users.list, { as: "no-such-key" });
    expect(stranger.status).toBe(401);
    const other = await newest({ action: "credential.refused", q: stranger.headers.get("x-request-id") ?? "" });
    expect(other).toMatchObject({ actor: { kind: "anonymous" }, outcome: "refused" });
    expect(JSON.stringify(other)).not.toContain("no-such-key");
  });

  it("is told of one who floods in so many entries and no more, and how many are left out", async () => {
    const flood = (count: number) =>
      Promise.all(Array.from({ length: count }, () => perform(adminRoutes.users.list, { as: "a-bad-key" })));
    plane.clock.nowMs += 120_000;
    await flood(60);
    const count = async () =>
      (await plane.admin.audit.list({ query: { action: "credential.refused", limit: 500 } })).data.length;
    await vi.waitFor(async () => expect(await count()).toBeGreaterThanOrEqual(20), 10_000);
    const before = await count();
    expect(before).toBeLessThanOrEqual(22);
    plane.clock.nowMs += 120_000;
    await flood(1);
    await vi.waitFor(async () => expect(await count()).toBe(before + 1), 10_000);
    const [last] = (await plane.admin.audit.list({ query: { action: "credential.refused", limit: 1 } })).data;
    expect(last?.details).toMatchObject({ not_noted_before: 40 });
  });
});

describe("keys that are shown to the gateway and work no more", () => {
  it("are looked up so often and no more, and told of once in a minute each", async () => {
    const { id, key } = await newKey();
    await plane.admin.apiKeys.revoke({ params: { id } });
    const entries = async () =>
      (await plane.admin.audit.list({ query: { action: "key.refused", object_id: id } })).data.length;
    const show = (refusedKeyHash: string): void => {
      const refusal = { id: "x", createdAt: 0, code: "invalid_api_key", status: 401, path: "/v1/models" } as const;
      plane.refusals.keep({ ...refusal, keyId: null, address: "203.0.113.7", refusedKeyHash });
    };
    const hashOf = (text: string) => createHash("sha256").update(text).digest("hex");
    const nextMinute = (): void => void (plane.clock.nowMs += 60_000);
    nextMinute();
    for (let shown = 0; shown < 3; shown += 1) show(hashOf(key));
    await expect.poll(entries, { timeout: 10_000 }).toBe(1);
    nextMinute();
    for (let guess = 0; guess < 400; guess += 1) show(hashOf(`guess ${guess}`));
    // Behind so many it is left out, until the minute is over.
    show(hashOf(key));
    nextMinute();
    const other = await newKey();
    await plane.admin.apiKeys.revoke({ params: { id: other.id } });
    show(hashOf(other.key));
    show(hashOf("of nobody"));
    const told = () => plane.admin.audit.list({ query: { action: "key.refused", object_id: other.id } });
    await expect.poll(async () => (await told()).data.length, { timeout: 10_000 }).toBe(1);
    expect(await entries()).toBe(1);
  });
});

describe("the audit log", () => {
  it("is read in pages, one entry at a time, and is whole", async () => {
    const first = await plane.admin.audit.list({ query: { limit: 3 } });
    const second = await plane.admin.audit.list({ query: { limit: 3, before: first.next ?? "" } });
    const places = [...first.data, ...second.data].map(({ place }) => place);
    expect(places).toEqual(Array.from({ length: 6 }, (_, index) => (places[0] ?? 0) - index));
    const [entry] = first.data;
    expect(await plane.admin.audit.get({ params: { id: entry?.id ?? "" } })).toEqual(entry);
    const verified = await plane.admin.audit.verify({});
    expect(verified).toMatchObject({ ok: true, problem: null, next: null, cut: { place: 0 } });
    expect(verified.checked).toBe(verified.head.place);
    const part = await plane.admin.audit.verify({ query: { limit: 5 } });
    expect(part.next).toBe(`5:${part.to.hash}`);
    const anchor = `${verified.head.place}:${"0".repeat(64)}`;
    expect((await plane.admin.audit.verify({ query: { anchor } })).problem).toMatchObject({ kind: "other_chain" });
  });

  it("is exported whole or as it is filtered, line by line, which is told as well", async () => {
    const read = async (route: AdminRoute, query: Record<string, string>) => {
      let text = "";
      for await (const piece of readStream({ baseUrl: plane.url, apiKey: adminKey, route, query })) text += piece;
      return text.split("\n").filter((line) => line !== "");
    };
    await plane.store.audit.add(
      Array.from({ length: 1_200 }, () => ({
        ...{ action: "odd.entry", outcome: "done" as const, changes: [], details: { "a=b": "c|d\\e\nf" } },
        object: { kind: "odd", id: null, name: "x=y|z\n" },
      })),
    );
    const lines = await read(adminRoutes.audit.export, {});
    const entries = lines.map((line) => JSON.parse(line) as Entry);
    expect(entries.map(({ place }) => place)).toEqual(entries.map((_, index) => index + 1));
    expect(entries.at(-1)).toMatchObject({ action: "audit.exported", details: { form: "ndjson", filter: {} } });
    const cef = await read(adminRoutes.audit.exportCef, { action: "odd.entry" });
    expect(cef).toHaveLength(1_200);
    expect(cef[0]).toMatch(/^CEF:0\|GhostLLM\|GhostLLM\|0\.0\.0-test\|odd\.entry\|odd entry\|3\|rt=\d{13} externalId=/);
    expect(cef[0]).toContain(String.raw`cs2=odd  x\=y|z\n`);
    expect(cef[0]).toContain(String.raw`cs5={"a\=b":"c|d\\\\e\\nf"}`);
  });

  it("is for whoever may read it alone", async () => {
    const session = await newSession();
    for (const route of Object.values(adminRoutes.audit)) {
      const response = await perform(route, { as: session, params: { id: "x" } });
      expect([route.id, response.status]).toEqual([route.id, 403]);
    }
  });
});
