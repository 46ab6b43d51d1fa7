// Guardrails are tried with a text: what each finds and does, with nobody asked, and within the reach of who tries.

import { createClient } from "@ghostllm/contract/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

let plane: AdminPlane;
const ids: Record<string, string> = {};
const text = "Tell me of the Bluebird, and of PX-1234 and px-99, dear";

type Body = Parameters<AdminPlane["admin"]["guardrails"]["create"]>[0]["body"];

async function create(body: Body): Promise<void> {
  ids[body.name] = (await plane.admin.guardrails.create({ body })).id;
}

const idOf = (name: string): string => ids[name] ?? "";
const tryIt = (body: object, admin = plane.admin) =>
  admin.guardrails.try({ body: { text, stage: "input" as const, ...body } });

beforeAll(async () => {
  plane = await startAdminPlane();
  await plane.admin.providers.create({ body: { provider_type: "openai", api_key: "sk-of-the-vendor" } });
  const { id: teamId } = await plane.admin.teams.create({ body: { name: "Research" } });
  const applies_to = { kind: "team", id: teamId } as const;
  ids["team"] = teamId;
  await create({ name: "birds", action: "redact", check: { kind: "text", words: ["bluebird"] } });
  await create({ name: "codes", action: "flag", check: { kind: "text", patterns: ["(?i)PX-[0-9]+"] } });
  await create({ name: "answers", stage: "output", check: { kind: "text", words: ["bluebird"] } });
  await create({ name: "long", action: "flag", check: { kind: "size", most: 10_000 }, applies_to });
  await create({ name: "off", check: { kind: "size", most: 10 }, is_active: false });
  // Nobody listens there.
  await create({ name: "asks", stage: "input", check: { kind: "webhook", url: "http://127.0.0.1:9/check" } });
  await create({ name: "judged", check: { kind: "moderation", provider: "openai" } });
});
afterAll(() => plane.close());

describe("a trial of guardrails", () => {
  it("says of all that are switched on what they find and do, and what would be passed on", async () => {
    const trial = await tryIt({});
    expect(trial.outcome).toBe("passes");
    expect(trial.text).toBe(text.replace("Bluebird", "[redacted]"));
    const told = trial.guardrails.map(({ name, outcome, found }) => [
      ...[name, outcome],
      ...found.map(({ start, end }) => text.slice(start, end)),
    ]);
    expect(told).toEqual([
      ["birds", "redact", "Bluebird"],
      ["codes", "flag", "PX-1234", "px-99"],
      ["answers", "other_stage"],
      ["long", "none"],
      ["asks", "not_asked"],
      ["judged", "not_asked"],
    ]);
    expect(trial.guardrails[1]).toMatchObject({ kind: "text", action: "flag", found_count: 2 });
  });

  it("is of those that are named, also where they are switched off, and of the stage that is said", async () => {
    const blocked = await tryIt({ guardrail_ids: [idOf("birds"), idOf("off")] });
    expect(blocked).toMatchObject({
      ...{ outcome: "blocked", text: null },
      guardrails: [{ outcome: "redact" }, { outcome: "block", found: [], found_count: 0 }],
    });
    expect(await tryIt({ guardrail_ids: [idOf("answers")], stage: "output" })).toMatchObject({ outcome: "blocked" });
    await expect(tryIt({ guardrail_ids: [idOf("team")] })).rejects.toMatchObject({ status: 404 });
  });

  it("is of one that is not made yet, which is refused where it could not be", async () => {
    const check = { kind: "text", words: ["dear"] };
    const trial = await tryIt({ draft: { check, action: "redact", replacement: "…" } });
    expect(trial).toMatchObject({ text: text.replace("dear", "…"), guardrails: [{ id: null, name: "draft" }] });
    const both = await tryIt({ draft: { check }, guardrail_ids: [idOf("birds")] });
    expect(both.guardrails.map(({ outcome }) => outcome)).toEqual(["redact", "block"]);
    const refusal = (draft: object) => tryIt({ draft }).catch((error: unknown) => error);
    expect(await refusal({ check: { kind: "text", patterns: ["fine", "(open"] } })).toMatchObject({
      ...{ status: 400, param: "draft.check.patterns[1]" },
    });
    expect(await refusal({ check: { kind: "size", most: 9 }, action: "redact" })).toMatchObject({
      ...{ status: 400, param: "draft.action" },
    });
    await expect(tryIt({ text: "x".repeat(5_001) })).rejects.toMatchObject({ status: 400, param: "text" });
  });

  it("leaves the text nowhere, and is told of in the audit log", async () => {
    const secret = "the-canary-of-a-trial bluebird";
    await tryIt({ text: secret });
    const { data } = await plane.admin.audit.list({ query: { action: "guardrail.try" } });
    expect(data[0]).toMatchObject({ outcome: "done", route: "guardrails.try" });
    expect(JSON.stringify([data, plane.logged])).not.toContain("the-canary-of-a-trial");
  });

  it("reaches no further than who tries", async () => {
    const { id } = await plane.admin.users.create({ body: { email: "mia@example.com" } });
    const params = { id: idOf("team") };
    await plane.admin.teams.addMember({ params, body: { user_id: id, role: "manager" } });
    const manager = createClient({ baseUrl: plane.url, apiKey: await plane.sessionOf(id) });
    expect((await tryIt({}, manager)).guardrails.map(({ name }) => name)).toEqual(["long"]);
    await expect(tryIt({ guardrail_ids: [idOf("birds")] }, manager)).rejects.toMatchObject({ status: 404 });
    const draft = { check: { kind: "size", most: 9 } };
    expect(await tryIt({ draft }, manager)).toMatchObject({ outcome: "blocked" });
    // An auditor reads all, and makes none.
    const auditor = await plane.admin.users.create({ body: { email: "ada@example.com", role: "auditor" } });
    const reader = createClient({ baseUrl: plane.url, apiKey: await plane.sessionOf(auditor.id) });
    expect((await tryIt({}, reader)).guardrails).toHaveLength(6);
    await expect(tryIt({ draft }, reader)).rejects.toMatchObject({ status: 403 });
  });
});
