// What open pages are told while they are open: who may look on, and what each may see.

import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { UsageRecord } from "#domain/usage-record.ts";
import { encodeRecord } from "#link/journal/record-line.ts";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { adminKey, postJson, startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";
import { LivePage } from "./support/live-page.ts";
import { pause, waitFor } from "./support/stage.ts";

let plane: AdminPlane;
let bob: { readonly userId: string; readonly apiKeyId: string; readonly key: string };
const password = "correct horse battery";
const pages: LivePage[] = [];

function open(headers: Readonly<Record<string, string>> = {}): LivePage {
  const page = new LivePage(plane.url, headers);
  pages.push(page);
  return page;
}

async function ready(token: string): Promise<LivePage> {
  const page = await LivePage.ready(plane.url, token);
  pages.push(page);
  return page;
}

/** As the ledger does. */
async function store(...records: readonly UsageRecord[]): Promise<void> {
  await plane.store.usage.insert(records);
  if (plane.finished.isWanted) plane.finished.tell(Buffer.from(records.map(encodeRecord).join("")));
}

beforeAll(async () => {
  plane = await startAdminPlane();
  const user = await plane.admin.users.create({ body: { email: "bob@example.com", username: "Bob", password } });
  const key = await plane.admin.apiKeys.create({ body: { user_id: user.id, name: "laptop" } });
  bob = { userId: user.id, apiKeyId: key.id, key: key.key };
});
afterEach(() => {
  for (const page of pages.splice(0)) page.close();
});
afterAll(() => plane.close());

describe("who may look on", () => {
  it("a program that says who it is, and nobody else", async () => {
    expect((await ready(adminKey)).messages).toEqual([{ type: "ready" }]);
    const wrong = open();
    await waitFor(() => wrong.isOpen);
    wrong.send({ type: "auth", token: "wrong" });
    await waitFor(() => wrong.closing !== null);
    expect(wrong.closing).toBe(4401);
    expect(wrong.messages).toMatchObject([{ type: "error", code: "invalid_api_key" }]);
  });

  it("a page of this server by the cookie of its session", async () => {
    const origin = plane.url;
    const credentials = { email: "bob@example.com", password };
    const signedIn = await fetch(`${plane.url}/admin/browser-sessions`, {
      ...postJson(credentials),
      headers: { "content-type": "application/json", origin, "sec-fetch-site": "same-origin" },
    });
    const cookie = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
    const page = open({ cookie, origin });
    await waitFor(() => page.messages.length > 0);
    expect(page.messages).toEqual([{ type: "ready" }]);

    // Without an origin it is no page, and must say who it is.
    const program = open({ cookie });
    await waitFor(() => program.isOpen);
    await pause(50);
    expect(program.messages).toEqual([]);
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ]) {
      const foreign = open({ cookie, ...headers });
      await waitFor(() => foreign.refusal !== null);
      expect(foreign.refusal).toBe(403);
    }
  });

  it("nobody any more whose key is revoked or whose session has ended", async () => {
    const made = await plane.admin.apiKeys.create({ body: { user_id: bob.userId, name: "short" } });
    const byKey = await ready(made.key);
    const { token } = await plane.as(null).sessions.create({ body: { email: "bob@example.com", password } });
    const bySession = await ready(token);
    await plane.as(token).sessions.end();
    await waitFor(() => bySession.closing !== null);
    expect(bySession.closing).toBe(4401);
    await plane.admin.apiKeys.revoke({ params: { id: made.id } });
    await plane.admin.users.update({ params: { id: bob.userId }, body: { username: "Bob" } });
    await waitFor(() => byKey.closing !== null);
    expect(byKey.closing).toBe(4401);
  });

  it("nobody any more who came by a sign-in method that is switched off", async () => {
    const issuer = { issuer: "https://issuer.example.com", client_id: "c" };
    const { id } = await plane.admin.signInMethods.create({ body: { label: "Issuer", ...issuer } });
    const token = await plane.sessionOf(bob.userId);
    const page = await ready(token);
    const sessions = plane.store.database.kysely.updateTable("sessions").set({ method: id });
    await sessions.where("user_id", "=", bob.userId).execute();
    await plane.admin.signInMethods.update({ params: { id }, body: { is_active: false } });
    await waitFor(() => page.closing !== null);
    expect(page.closing).toBe(4401);
  });

  it("not one user with so many pages that no others could", async () => {
    for (let count = 0; count < 64; count += 1) await ready(bob.key);
    const oneMore = open();
    await waitFor(() => oneMore.isOpen);
    oneMore.send({ type: "auth", token: bob.key });
    await waitFor(() => oneMore.closing !== null);
    expect(oneMore.messages).toMatchObject([{ type: "error", code: "rate_limit_exceeded" }]);
    expect((await ready(adminKey)).messages).toEqual([{ type: "ready" }]);
  });

  it("nobody who says what is not understood, or too much", async () => {
    for (const order of ["{", JSON.stringify({ type: "dance" }), "x".repeat(20_000)]) {
      const page = await ready(adminKey);
      page.send(order);
      await waitFor(() => page.closing !== null);
      expect(page.closing).not.toBe(1000);
    }
  });
});

describe("a request that was finished", () => {
  it("is told within a second, to those whom it concerns, as the list shows it", async () => {
    const [admin, own] = [await ready(adminKey), await ready(bob.key)];
    const others = createRecord({ userId: "somebody" });
    const bobs = createRecord({ userId: bob.userId, apiKeyId: bob.apiKeyId });
    const startedAt = performance.now();
    await store(others, bobs);
    await waitFor(() => admin.requestIds.length === 2 && own.requestIds.length === 1);
    expect(performance.now() - startedAt).toBeLessThan(2_000 * slowdown());
    expect(admin.requestIds).toEqual([others.id, bobs.id]);
    expect(own.requestIds).toEqual([bobs.id]);
    const listed = await plane.admin.requests.list({ query: { user_id: bob.userId, limit: 1 } });
    expect(own.signals[0]?.requests).toEqual(listed.data);
    expect(own.signals[0]?.missed).toBe(0);
  });

  it("is one of many in a message, and what a message does not hold is counted", async () => {
    const page = await ready(adminKey);
    const records = Array.from({ length: 150 }, (_, index) => createRecord({ createdAt: Date.now() + index }));
    for (let at = 0; at < records.length; at += 10) await store(...records.slice(at, at + 10));
    const told = (): number => page.requestIds.length + page.signals.reduce((sum, { missed }) => sum + missed, 0);
    await waitFor(() => told() >= 150);
    await pause(600);
    expect(told()).toBe(150);
    expect(page.signals.length).toBeLessThan(8);
    expect(page.requestIds.at(-1)).toBe(records.at(-1)?.id);
    for (const { requests } of page.signals) expect(requests.length).toBeLessThanOrEqual(60);
  });

  it("behind an outage is counted, and the last ones are told", async () => {
    const page = await ready(adminKey);
    const records = Array.from({ length: 2_000 }, () => createRecord({ userAgent: "u".repeat(200) }));
    plane.finished.tell(Buffer.from(records.map(encodeRecord).join("")));
    await waitFor(() => page.requestIds.length > 0);
    const missed = page.signals.reduce((sum, one) => sum + one.missed, 0);
    expect(missed + page.requestIds.length).toBe(2_000);
    expect(page.requestIds.at(-1)).toBe(records.at(-1)?.id);
  });

  it("is not told to a page that does not want requests", async () => {
    const page = await ready(adminKey);
    page.send({ type: "watch", requests: false });
    await pause(50);
    await store(createRecord());
    await plane.admin.users.create({ body: { email: "watched@example.com" } });
    await waitFor(() => page.changed.includes("users"));
    expect(page.requestIds).toEqual([]);
  });

  it("costs nothing while nobody looks on", async () => {
    const page = await ready(adminKey);
    expect(plane.finished.isWanted).toBe(true);
    page.close();
    await waitFor(() => !plane.finished.isWanted);
  });
});

describe("a change", () => {
  it("of a key is told to admins with its id, and of somebody else's to nobody else", async () => {
    const [admin, own] = [await ready(adminKey), await ready(bob.key)];
    const ada = await plane.admin.users.create({ body: { email: "ada@example.com" } });
    await plane.admin.apiKeys.create({ body: { user_id: ada.id, name: "ada's" } });
    const bobs = await plane.admin.apiKeys.create({ body: { user_id: bob.userId, name: "bob's" } });
    await waitFor(() => own.changed.includes("keys") && admin.changed.includes("users"));
    await pause(600);
    expect(own.signals.flatMap(({ changed }) => changed)).toEqual([{ what: "keys", id: bobs.id }]);
    expect(admin.changed.filter((what) => what === "keys")).toHaveLength(2);
  });

  it("of the health of a target is told to those who may read providers", async () => {
    const [admin, own] = [await ready(adminKey), await ready(bob.key)];
    plane.resting.push({
      providerId: "p",
      provider: "openai",
      model: "gpt-4o",
      state: "open",
      reason: "failures",
      restMs: 5_000,
    });
    await waitFor(() => admin.changed.includes("health"));
    plane.resting.pop();
    await waitFor(() => admin.changed.filter((what) => what === "health").length === 2);
    expect(own.changed).toEqual([]);
  });

  it("of a budget is told once, when it comes near its cap, and again when it reaches it", async () => {
    const user = await plane.admin.users.create({ body: { email: "eve@example.com", budget_usd: "1" } });
    const key = await plane.admin.apiKeys.create({ body: { user_id: user.id, name: "eve's" } });
    const [admin, own, other] = [await ready(adminKey), await ready(key.key), await ready(bob.key)];
    const spend = (usd: number) =>
      store(createRecord({ userId: user.id, apiKeyId: key.id, costNanos: usd * 1_000_000_000 }));
    const budgets = (page: LivePage) =>
      page.signals.flatMap(({ changed }) => changed.filter(({ what }) => what === "budgets"));
    await spend(0.5);
    await waitFor(() => admin.requestIds.length === 1);
    expect(budgets(admin)).toEqual([]);
    await spend(0.35);
    await waitFor(() => budgets(admin).length === 1 && budgets(own).length === 1);
    await spend(0.01);
    await waitFor(() => admin.requestIds.length === 3);
    expect(budgets(admin)).toEqual([{ what: "budgets", id: user.id }]);
    await spend(0.5);
    await waitFor(() => budgets(admin).length === 2 && budgets(own).length === 2);
    expect(budgets(other)).toEqual([]);
  });
});
