// What the server says of alerts: those it can judge, with since when, and of the others nothing but what they mean.

import { alerts, ownAlerts } from "@ghostllm/contract/alerts";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { judges } from "#control/alerts/judges.ts";
import { HandedCertificate } from "#edge/certificates/handed-certificate.ts";
import { selfSign } from "#edge/certificates/self-signed.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { createRecord } from "./store-support/records.ts";
import { availableEngines } from "./store-support/engines.ts";

const minuteMs = 60_000;
const usd = 1_000_000_000;
/** They take rates, or a look from outside: only Prometheus knows. */
const unseen = [
  ...["Failures", "ProviderFailing", "SlowFirstToken", "QueueFull", "UnpricedRequests", "Down", "Restarts"],
  ...["RecordsRejected", "EventsNotTold", "ConnectionsRefused", "EventLoopBusy", "DescriptorsShort", "TracesDropped"],
].map((name) => `Ghostllm${name}`);

describe("judges", () => {
  it("are of alerts that there are, and all others are known to be Prometheus's", () => {
    const known = [...alerts, ...ownAlerts].map(({ name }) => name);
    expect(known.filter((name) => judges[name] === undefined).toSorted()).toEqual(unseen.toSorted());
    expect(Object.keys(judges).filter((name) => !known.includes(name))).toEqual([]);
  });
});

describe.each(availableEngines())("on $name", (engine) => {
  let plane: AdminPlane;
  beforeAll(async () => {
    plane = await startAdminPlane({
      ...{ database: await engine.create(), backupTo: "/nowhere", backupEveryMs: 60 * minuteMs },
    });
  });
  afterAll(() => plane.close());
  beforeEach(() => {
    plane.resting.length = 0;
    plane.journal.pendingRecords = 0;
  });

  const find = async (name: string) => (await plane.admin.alerts.list()).data.find((one) => one.name === name);
  const look = async (name: string) => {
    await plane.alerts.look();
    return find(name);
  };

  it("lists all with what they mean, and tells no state before it has looked, nor of what it cannot see", async () => {
    const { data } = await plane.admin.alerts.list();
    expect(data.map(({ name }) => name)).toEqual([...alerts, ...ownAlerts].map(({ name }) => name));
    expect(new Set(data.map(({ state }) => state))).toEqual(new Set(["unseen"]));
    expect(data[0]).toMatchObject({ severity: "critical", for_seconds: 300, looked_at: null, reasons: [] });
    await plane.alerts.look();
    const later = (await plane.admin.alerts.list()).data;
    expect(
      later
        .filter(({ looked_at: at }) => at === null)
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(unseen.toSorted());
    expect(later.find(({ name }) => name === "KeyEnds")).toMatchObject({ condition: null, state: "quiet" });
  });

  it("is pending until it has been so for long enough, then fires, with since when, and is quiet when it is over", async () => {
    plane.journal.pendingRecords = 5_000;
    expect(await look("GhostllmJournalGrowing")).toMatchObject({ state: "quiet" });
    plane.journal.pendingRecords = 5_001;
    const began = plane.clock.nowMs;
    expect(await look("GhostllmJournalGrowing")).toMatchObject({ state: "pending" });
    plane.clock.nowMs += 4 * minuteMs;
    plane.journal.pendingRecords = 9_000;
    const [pending] = (await look("GhostllmJournalGrowing"))?.reasons ?? [];
    expect(pending).toMatchObject({ firing: false, text: "9000 usage records wait for the database." });
    expect(Date.parse(pending?.since ?? "")).toBeCloseTo(began, -2);
    plane.clock.nowMs += 2 * minuteMs;
    expect(await look("GhostllmJournalGrowing")).toMatchObject({
      state: "firing",
      reasons: [{ since: pending?.since }],
    });
    plane.journal.pendingRecords = 0;
    expect(await look("GhostllmJournalGrowing")).toMatchObject({ state: "quiet", reasons: [] });
    plane.journal.pendingRecords = 6_000;
    expect(await look("GhostllmJournalGrowing")).toMatchObject({ state: "pending" });
  });

  it("is about each provider whose models rest or are refused", async () => {
    const target = { providerId: "p", provider: "openai", reason: null, restMs: 1_000 };
    plane.resting.push({ ...target, model: "gpt-4o", state: "open" }, { ...target, model: "o3", state: "open" });
    plane.resting.push({ ...target, providerId: "q", provider: "groq", model: "llama", state: "parked" });
    expect((await look("GhostllmTargetsResting"))?.reasons).toMatchObject([
      { subject: { kind: "provider", id: "p", name: "openai" }, text: expect.stringContaining("gpt-4o, o3") },
    ]);
    expect((await find("GhostllmTargetsParked"))?.reasons).toMatchObject([{ subject: { id: "q" } }]);
  });

  it("is about budgets and keys by their names, for whoever may read all of them", async () => {
    const user = await plane.admin.users.create({ body: { email: "bob@example.com", username: "Bob" } });
    const until = new Date(plane.clock.nowMs + 24 * 60 * minuteMs).toISOString();
    const key = await plane.admin.apiKeys.create({
      body: { user_id: user.id, name: "laptop", budget_usd: "1", expires_at: until },
    });
    const owner = { userId: user.id, apiKeyId: key.id };
    await plane.store.usage.insert([createRecord({ ...owner, costNanos: 0.85 * usd })]);
    expect((await look("GhostllmBudgetNear"))?.reasons).toMatchObject([
      { subject: { kind: "key", id: key.id, name: "laptop" }, text: "85 % of its budget is spent.", firing: true },
    ]);
    await plane.store.usage.insert([createRecord({ ...owner, costNanos: 0.15 * usd })]);
    expect(await look("GhostllmBudgetUsedUp")).toMatchObject({ state: "firing" });
    expect(await find("GhostllmBudgetNear")).toMatchObject({ state: "quiet" });
    const [ends] = (await find("KeyEnds"))?.reasons ?? [];
    expect(ends).toMatchObject({ subject: { kind: "key", id: key.id }, text: `It ends at ${until}.`, firing: true });
    // It is known since when.
    expect(Date.parse(ends?.since ?? "")).toBe(Date.parse(until) - 7 * 24 * 60 * minuteMs);
  });

  it("is about backups that are due and a part that is not well", async () => {
    expect((await look("GhostllmBackupOld"))?.reasons).toMatchObject([{ text: "None was made yet." }]);
    plane.health.report("redis", { isHealthy: false, detail: "it does not answer" });
    expect((await look("GhostllmPartUnwell"))?.reasons).toMatchObject([
      { subject: { name: "redis" }, text: "it does not answer." },
    ]);
    plane.health.report("redis", { isHealthy: true, detail: "asked" });
  });

  it("is about a certificate that ends, and not about what stands in for the first one", async () => {
    const shown = new HandedCertificate(await selfSign({ commonName: "x", hosts: ["localhost"], days: 0.001 }), true);
    plane.board.add({ name: "public", origin: "acme", source: shown });
    expect(await look("GhostllmCertificateEnds")).toMatchObject({ state: "quiet" });
    shown.use(shown.current);
    expect((await look("GhostllmCertificateEnds"))?.reasons).toMatchObject([{ subject: { name: "public" } }]);
  });

  it("leaves out what one may not read", async () => {
    await plane.admin.roles.create({ body: { name: "operator", permissions: { "status.read": "all" } } });
    const user = await plane.admin.users.create({ body: { email: "op@example.com", role: "operator" } });
    const operator = plane.as(await plane.sessionOf(user.id));
    const names = (await operator.alerts.list()).data.map(({ name }) => name);
    expect(names).toContain("GhostllmJournalGrowing");
    expect(names).toContain("GhostllmFailures");
    expect(names.filter((name) => /Budget|Targets|Key|Certificate|Backup/.test(name))).toEqual([]);
  });
});
