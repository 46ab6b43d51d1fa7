// Reports that are due: one run for each due time, whoever makes it; of what their owner may see at that time; to people by mail, and to
// webhooks by the machinery of events.

import { newId } from "@ghostllm/contract";
import { createClient } from "@ghostllm/contract/client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Mail } from "#control/mail/mailer.ts";
import { reportPages } from "#control/reports/report-content.ts";
import { Reporter } from "#control/reports/reporter.ts";
import type { OpenStore } from "#control/store/open-store.ts";
import type { NewReport } from "#control/store/reports/report-store.ts";
import type { UserRow } from "#control/store/store.ts";
import { Calendar } from "#domain/budgets/calendar.ts";
import { dueAfter, dueTimes, periodsBefore } from "#domain/reports/report.ts";
import { availableEngines, type TestDatabase } from "./store-support/engines.ts";
import { newUser, openMigrated, silentLog } from "./store-support/open.ts";
import { createRecord } from "./store-support/records.ts";
import { isSigned, WebhookReceiver } from "./support/webhook-receiver.ts";
import { startWholeServer } from "./support/whole-server.ts";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const at = (text: string): number => Date.parse(text);
const daily = { unit: "day", hour: 6, timeZone: "Europe/Berlin" } as const;
const always = { holds: () => true };

describe("due times", () => {
  const calendar = new Calendar();

  it("are by the clock of a zone, over changes of it", () => {
    expect(dueAfter(calendar, daily, at("2026-03-28T05:00:00Z"))).toBe(at("2026-03-29T05:00:00Z"));
    expect(dueAfter(calendar, daily, at("2026-03-27T05:30:00Z"))).toBe(at("2026-03-28T05:00:00Z"));
    const weekly = { unit: "week", hour: 0, timeZone: "UTC" } as const;
    expect(dueAfter(calendar, weekly, at("2026-11-29T12:00:00Z"))).toBe(at("2026-11-30T00:00:00Z"));
    const monthly = { unit: "month", hour: 23, timeZone: "UTC" } as const;
    expect(dueAfter(calendar, monthly, at("2026-12-01T23:00:00Z"))).toBe(at("2027-01-01T23:00:00Z"));
  });

  it("that nobody was there for are counted, and the last one is made", () => {
    const first = at("2026-11-20T05:00:00Z");
    const times = dueTimes(calendar, daily, first, at("2026-11-23T12:00:00Z"));
    expect(times).toEqual({ last: at("2026-11-23T05:00:00Z"), missed: 3, next: at("2026-11-24T05:00:00Z") });
  });

  it("tell of the whole periods before them", () => {
    const names = periodsBefore(calendar, { ...daily, unit: "month" }, at("2026-03-01T05:00:00Z"), 3).map(
      (p) => p.name,
    );
    expect(names).toEqual(["2025-12-01", "2026-01-01", "2026-02-01"]);
  });
});

describe.each(availableEngines())("reports on $name", (engine) => {
  let database: TestDatabase;
  let store: OpenStore;
  let nowMs: number;
  let mails: Mail[];
  let refused: Set<string>;
  let ada: UserRow;

  const clock = { now: () => nowMs };
  const mailer = {
    send: async (mail: Mail) => {
      if (refused.has(mail.to)) throw new Error("the mail server refuses the mail");
      mails.push(mail);
    },
  };
  const reporter = () => new Reporter({ store, mailer, source: "/test", clock, log: silentLog });
  const runsOf = (id: string) => store.reports.runs(id, { limit: 100 });

  beforeEach(async () => {
    [nowMs, mails, refused] = [at("2026-11-28T12:00:00Z"), [], new Set()];
    database = await engine.create();
    store = await openMigrated(database, { now: () => nowMs });
    ada = await store.users.create(newUser("ada@example.com", { role: "admin" }));
  });
  afterEach(async () => {
    await store.close();
    await database.dispose();
  });

  const add = (change: Partial<NewReport> = {}) =>
    store.reports.create({
      ...{ userId: ada.id, name: newId(), schedule: daily, webhookId: null, recipients: ["ada@example.com"] },
      ...{ content: { dimensions: ["user"], periods: 2, filter: {} }, isActive: true },
      ...{ nextAt: at("2026-11-29T05:00:00Z"), ...change },
    });
  const use = (userId: string, time: string, teamId: string | null = null) =>
    // A key is of one team.
    store.usage.insert([
      createRecord({
        ...{ userId, teamId, apiKeyId: `key of ${teamId}`, createdAt: at(time) },
        costNanos: 2_500_000_000,
      }),
    ]);

  it("are made once for each due time, however many are at it", async () => {
    const { id } = await add();
    await use(ada.id, "2026-11-27T08:00:00Z");
    await use(ada.id, "2026-11-29T04:59:00Z");
    await reporter().run(always);
    expect(await runsOf(id)).toEqual([]);
    nowMs = at("2026-11-29T05:00:01Z");
    await Promise.all([reporter(), reporter(), reporter()].map((one) => one.run(always)));
    await reporter().run(always);
    expect(await runsOf(id)).toMatchObject([{ state: "sent", dueAt: at("2026-11-29T05:00:00Z"), missed: 0, rows: 1 }]);
    expect((await store.reports.find(id, "all"))?.nextAt).toBe(at("2026-11-30T05:00:00Z"));
    const [mail] = mails;
    expect(mail).toMatchObject({ to: "ada@example.com" });
    expect(mail?.text).toContain("1 requests, 0 errors, USD 2.5.");
    const [header, line] = String(mail?.attachments?.[0]?.content).split("\r\n");
    expect(header).toMatch(/^period,user,user_name,requests,.*latency_ms_p95/);
    expect(line).toMatch(new RegExp(`^2026-11-27,${ada.id},Ada,1,`));
    const [event] = await store.events.latest({ limit: 1 }, { names: ["report.finished"], own: null });
    expect(event?.data).toMatchObject({ report_id: id, state: "sent", late: false, rows: 1 });
  });

  it("say the same where they are only read, a part for each period", async () => {
    const { id } = await add();
    for (const time of ["2026-11-27T08:00:00Z", "2026-11-28T08:00:00Z"]) await use(ada.id, time);
    nowMs = at("2026-11-29T05:00:01Z");
    await reporter().run(always);
    const report = await store.reports.find(id, "all");
    if (report === undefined) throw new Error("it is gone");
    const read = async (before: string): Promise<readonly string[]> => {
      const parts: string[] = [];
      const pages = reportPages(store, new Calendar(), report, { at: at(before), reach: "all" });
      for await (const page of pages) parts.push(page);
      return parts;
    };
    const parts = await read("2026-11-29T05:00:00Z");
    expect(parts).toHaveLength(2);
    expect(parts.join("")).toBe(String(mails[0]?.attachments?.[0]?.content));
    expect(await read("2026-11-01T05:00:00Z")).toEqual(["period\r\n"]);
  });

  it("that were missed are made once, and say so", async () => {
    const { id } = await add();
    nowMs = at("2026-12-02T09:00:00Z");
    await reporter().run(always);
    await reporter().run(always);
    expect(await runsOf(id)).toMatchObject([{ state: "sent", dueAt: at("2026-12-02T05:00:00Z"), missed: 3 }]);
    expect(mails[0]?.text).toMatch(/It is late[^]*3 before it were missed/);
  });

  it("show what their owner may see when they are made", async () => {
    const bob = await store.users.create(newUser("bob@example.com", { role: "manager" }));
    const bounds = { limits: ada.limits, budgetNanos: null, models: null, membersMakeKeys: false };
    const [own, other] = await Promise.all(
      ["own", "other"].map((name) => store.teams.create({ name, organisationId: null, ...bounds })),
    );
    await store.teams.addMember(own?.id ?? "", { userId: bob.id, role: "manager" });
    await use(ada.id, "2026-11-28T01:00:00Z", own?.id ?? "");
    await use(ada.id, "2026-11-28T01:00:00Z", other?.id ?? "");
    const content = { dimensions: ["team"], periods: 1, filter: {} } as const;
    const { id } = await add({ userId: bob.id, recipients: ["bob@example.com"], content });
    nowMs = at("2026-11-29T05:00:01Z");
    await reporter().run(always);
    expect(String(mails[0]?.attachments?.[0]?.content)).toContain("own,1,");
    expect(String(mails[0]?.attachments?.[0]?.content)).not.toContain("other");
    await store.users.update(bob.id, { isActive: false });
    nowMs += dayMs;
    await reporter().run(always);
    expect((await runsOf(id))[0]).toMatchObject({ state: "skipped", error: "Its owner is switched off" });
    await store.users.update(bob.id, { isActive: true });
    await store.reports.update(id, { recipients: ["ada@example.com"] }, "all");
    nowMs += dayMs;
    await reporter().run(always);
    expect((await runsOf(id))[0]).toMatchObject({
      state: "skipped",
      error: expect.stringContaining("others") as string,
    });
    expect(mails).toHaveLength(1);
    await store.users.remove(bob.id);
    expect(await store.reports.find(id, "all")).toBeUndefined();
  });

  it("are tried again where mail is refused, for those who have none yet", async () => {
    refused.add("bob@example.com");
    const { id } = await add({ recipients: ["ada@example.com", "bob@example.com"] });
    nowMs = at("2026-11-29T05:00:01Z");
    await reporter().run(always);
    expect(await runsOf(id)).toMatchObject([
      { state: "waiting", attempts: 1, error: "the mail server refuses the mail" },
    ]);
    await reporter().run(always);
    expect(mails.map(({ to }) => to)).toEqual(["ada@example.com"]);
    refused.clear();
    nowMs += hourMs;
    await reporter().run(always);
    expect(await runsOf(id)).toMatchObject([{ state: "sent", attempts: 2 }]);
    expect(mails.map(({ to }) => to)).toEqual(["ada@example.com", "bob@example.com"]);
  });

  it("give up some time, and say why", async () => {
    refused.add("ada@example.com");
    const { id } = await add({ schedule: { ...daily, unit: "month" } });
    for (nowMs = at("2026-11-29T05:00:01Z"); nowMs < at("2026-11-29T09:00:00Z"); nowMs += hourMs / 2)
      await reporter().run(always);
    expect(await runsOf(id)).toMatchObject([{ state: "failed", attempts: 5 }]);
  });
});

it("a report of the whole server is sent to a webhook, signed", async () => {
  const server = await startWholeServer();
  const receiver = await WebhookReceiver.start();
  try {
    const password = "correct horse battery";
    const body = { email: "boss@example.com", password, role: "admin" } as const;
    const { id: userId } = await server.admin.users.create({ body });
    const { token } = await server.admin.sessions.create({ body: { email: body.email, password } });
    const own = createClient({ baseUrl: server.url, apiKey: token });
    const hook = await own.webhooks.create({ body: { name: "w", url: receiver.url, types: ["report.finished"] } });
    const schedule = { every: "week", hour: 7, time_zone: "Europe/Berlin" } as const;
    const wanted = { name: "Weekly", schedule, group_by: "team,model", periods: 2 };
    await expect(own.reports.create({ body: wanted })).rejects.toMatchObject({ status: 400 });
    const mailed = { ...wanted, recipients: ["a@example.com"] };
    await expect(own.reports.create({ body: mailed })).rejects.toMatchObject({ status: 400 });
    const report = await own.reports.create({ body: { ...wanted, webhook_id: hook.id } });
    expect(report).toMatchObject({
      user_id: userId,
      schedule,
      group_by: ["team", "model"],
      periods: 2,
      is_active: true,
    });
    expect(Date.parse(report.next_at ?? "")).toBeGreaterThan(Date.now());
    await own.reports.run({ params: { id: report.id } });
    const content = () => receiver.received.find(({ event }) => event.type === "ghostllm.report.content");
    await expect.poll(content, { timeout: 40_000 }).toBeDefined();
    const received = content();
    expect(received?.event.data).toMatchObject({ report_id: report.id, group_by: ["team", "model"], rows: [] });
    expect(received !== undefined && isSigned(received, hook.secret)).toBe(true);
    const { data } = await own.reports.runs({ params: { id: report.id } });
    expect(data).toMatchObject([{ state: "sent", late: false, missed: 0, rows: 0, error: null }]);
    const told = () => receiver.received.some(({ event }) => event.type === "ghostllm.report.finished");
    await expect.poll(told, { timeout: 40_000 }).toBe(true);
    await own.reports.update({ params: { id: report.id }, body: { is_active: false } });
    expect((await own.reports.get({ params: { id: report.id } })).next_at).toBeNull();
    await own.reports.remove({ params: { id: report.id } });
  } finally {
    await receiver.close();
    await server.close();
  }
});

it("what a report says is told to its owner, and to who may see as much", async () => {
  const server = await startWholeServer();
  try {
    const password = "correct horse battery";
    const enrol = async (email: string, role: string) => {
      await server.admin.users.create({ body: { email, password, role } });
      const { token } = await server.admin.sessions.create({ body: { email, password } });
      return createClient({ baseUrl: server.url, apiKey: token });
    };
    const permissions = { "self.read": "own", "usage.read": "own", "reports.manage": "all" } as const;
    await server.admin.roles.create({ body: { name: "clerk", description: "Keeps reports", permissions } });
    const boss = await enrol("boss@example.com", "admin");
    const [clerk, member] = [await enrol("clerk@example.com", "clerk"), await enrol("bo@example.com", "member")];
    const types = ["report.finished" as const];
    const hook = await boss.webhooks.create({ body: { name: "w", url: "https://example.com/hook", types } });
    const body = { name: "Daily", schedule: { every: "day" }, webhook_id: hook.id } as const;
    const params = { id: (await boss.reports.create({ body })).id };
    const empty = "period\r\n";
    expect(await boss.reports.content({ params })).toBe(empty);
    expect(await boss.reports.content({ params, query: { before: "2026-11-28" } })).toBe(empty);
    expect(await server.admin.reports.content({ params })).toBe(empty);
    await expect(boss.reports.content({ params, query: { before: "1999-12-31" } })).rejects.toMatchObject({
      ...{ status: 400, param: "before" },
    });
    // He manages all reports, and sees his own usage alone.
    expect(await clerk.reports.get({ params })).toMatchObject({ name: "Daily" });
    await expect(clerk.reports.content({ params })).rejects.toMatchObject({ status: 403 });
    await expect(member.reports.content({ params })).rejects.toMatchObject({ status: 404 });
    const { user_id: id } = await boss.reports.get({ params });
    await server.admin.users.update({ params: { id }, body: { is_active: false } });
    await expect(server.admin.reports.content({ params })).rejects.toMatchObject({ status: 409 });
  } finally {
    await server.close();
  }
});
