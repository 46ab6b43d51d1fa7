// Guardrails over all that a server is made of, with two workers: made by the admin API, in force at once, held within a team by who manages it.

import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import { createClient } from "@ghostllm/contract/client";
import type { AdminRoutes, RouteInput } from "@ghostllm/contract/routes";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

type Given = RouteInput<AdminRoutes["guardrails"]["create"]>["body"];

const password = "correct horse battery";
let vendor: FakeUpstream;
let server: WholeServer;
let teamId: string;
let key: string;
let managers: WholeServer["admin"];
let serial = 0;
const next = (): string => `n${(serial += 1)}`;

beforeAll(async () => {
  vendor = await startFakeUpstream();
  server = await startWholeServer({
    ...{ SERVER_WORKERS: "2", OPENAI_API_KEY: "sk-vendor", OPENAI_BASE_URL: `${vendor.url}/v1` },
  });
  const { admin } = server;
  ({ id: teamId } = await admin.teams.create({ body: { name: "team" } }));
  const { id: user_id } = await admin.users.create({ body: { email: "ada@example.com", password } });
  await admin.teams.addMember({ params: { id: teamId }, body: { user_id, role: "manager" } });
  ({ key } = await admin.apiKeys.create({ body: { name: next(), user_id, team_id: teamId } }));
  const own = await admin.apiKeys.create({ body: { name: next(), user_id } });
  managers = createClient({ baseUrl: server.url, apiKey: own.key });
});

beforeEach(() => vendor.clear());

afterEach(async () => {
  const { data } = await server.admin.guardrails.list();
  for (const { id } of data) await server.admin.guardrails.remove({ params: { id } });
});

afterAll(async () => {
  await server.close();
  await vendor.close();
});

const text: Given["check"] = { kind: "text", words: ["bluebird"] };
const make = (given: Partial<Given> = {}, by = server.admin) =>
  by.guardrails.create({ body: { name: next(), check: text, ...given } });

async function chat(content: string): Promise<{ readonly status: number; readonly text: string; readonly id: string }> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json", connection: "close" },
    body: JSON.stringify({ model: "gpt-4o", messages: [{ role: "user", content }] }),
  });
  return { status: response.status, text: await response.text(), id: response.headers.get("x-request-id") ?? "" };
}

describe("a guardrail", () => {
  it("is made, read, changed and deleted, and in force when that is answered, at each worker", async () => {
    const made = await make({ action: "block", stage: "input" });
    expect(made).toMatchObject({
      ...{ applies_to: { kind: "everyone", id: null }, models: null, stage: "input", action: "block" },
      ...{ check: { ...text, whole_words: true, patterns: [], window: 200 }, on_failure: "closed", is_active: true },
      replacement: "[redacted]",
    });
    const params = { id: made.id };
    for (let at = 0; at < 6; at += 1) expect((await chat("a bluebird")).status).toBe(400);
    expect(vendor.received).toHaveLength(0);
    await server.admin.guardrails.update({ params, body: { check: { kind: "size", most: 10_000 } } });
    for (let at = 0; at < 6; at += 1) expect((await chat("a bluebird")).status).toBe(200);
    expect(await server.admin.guardrails.get({ params })).toMatchObject({
      check: { kind: "size", unit: "characters", most: 10_000 },
    });
    await server.admin.guardrails.remove({ params });
    await expect(server.admin.guardrails.get({ params })).rejects.toMatchObject({ status: 404 });
  });

  it("is told in why a request went as it did, and what it found is told nowhere", async () => {
    const { name } = await make({ action: "redact" });
    vendor.script({ kind: "chat", text: "one bluebird" });
    const { id, text: told } = await chat("of a bluebird");
    expect(told).toContain("one [redacted]");
    const { why } = await vi.waitFor(() => server.admin.requests.get({ params: { id } }), { timeout: 20_000 });
    expect(why.guardrails).toEqual([
      { name, stage: "input", outcome: "redact" },
      { name, stage: "output", outcome: "redact" },
    ]);
    const { data: refused } = await server.admin.requests.refused();
    const metrics = await (
      await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.apiKey}` } })
    ).text();
    expect(metrics).toContain(`ghostllm_guardrails_total{guardrail="${name}",stage="input",outcome="redact"} 1`);
    expect(
      JSON.stringify([why, refused, metrics, server.logged.filter((line) => !line.includes("changes"))]),
    ).not.toMatch(/of a bluebird|one bluebird/);
  });

  it.each([
    ["a pattern that is none", { check: { kind: "text", patterns: ["(a"] } }, "check.patterns[0]"],
    ["a pattern with a reference back", { check: { kind: "text", patterns: ["(a)\\1"] } }, "check.patterns[0]"],
    ["a pattern that finds nothing at all", { check: { kind: "text", patterns: ["a*"] } }, "check.patterns[0]"],
    ["neither words nor patterns", { check: { kind: "text" } }, "check"],
    ["what is too long, redacted", { check: { kind: "size", most: 5 }, action: "redact" }, "action"],
    ["an address of a cloud's metadata", { check: { kind: "webhook", url: "http://169.254.169.254/x" } }, "check.url"],
    ["a password in an address", { check: { kind: "webhook", url: "https://a:b@hooks.example" } }, "check.url"],
    ["a provider that nobody knows", { check: { kind: "moderation", provider: "none" } }, "check.provider"],
    [
      "an answer that somebody else redacts",
      { check: { kind: "webhook", url: "https://hooks.example" }, action: "redact", stage: "both" },
      "action",
    ],
    ["a schema that is none", { check: { kind: "json-schema", schema: "x" }, stage: "output" }, "check"],
    ["no schema at all", { check: { kind: "json-schema" }, stage: "output" }, "check"],
    [
      "a schema whose pattern goes back",
      { check: { kind: "json-schema", schema: { pattern: "(?=a)b" } }, stage: "output" },
      "check.schema",
    ],
    [
      "a schema with a word that takes something else",
      { check: { kind: "json-schema", schema: { properties: { id: { type: "strin" } } } }, stage: "output" },
      "check.schema",
    ],
    ["a schema of requests", { check: { kind: "json-schema", schema: {} } }, "stage"],
    [
      "a schema that redacts",
      { check: { kind: "json-schema", schema: {} }, stage: "output", action: "redact" },
      "action",
    ],
    ["a team that nobody knows", { applies_to: { kind: "team", id: "none" } }, "applies_to.id"],
  ] as const)("is refused: %s", async (_name, given, param) => {
    await expect(make(given as Partial<Given>)).rejects.toMatchObject({
      status: 400,
      param: expect.stringContaining(param),
    });
  });
});

describe("a webhook", () => {
  it("has a secret that is shown once, and a new one when that is asked for", async () => {
    const made = await make({ check: { kind: "webhook", url: "https://hooks.example/check" }, stage: "input" });
    expect(made).toMatchObject({ secret: expect.stringMatching(/^whsec_/), deadline_ms: 1_000 });
    const params = { id: made.id };
    expect(await server.admin.guardrails.get({ params })).not.toHaveProperty("secret");
    const same = await server.admin.guardrails.update({ params, body: { deadline_ms: 500 } });
    expect(same).toMatchObject({ secret: null, deadline_ms: 500 });
    const renewed = await server.admin.guardrails.update({ params, body: { new_secret: true } });
    expect(renewed.secret).toMatch(/^whsec_/);
    expect(renewed.secret).not.toBe(made.secret);
  });
});

describe("a schema of answers", () => {
  it.each<[object, string]>([
    [{ properties: { id: { type: "strin" } } }, "#/properties/id/type"],
    [{ type: "object", required: "id" }, "#/required"],
    [{ items: { minLength: -1 } }, "#/items/minLength"],
    [{ anyOf: [] }, "#/anyOf"],
    [{ properties: { a: 5 } }, "#/properties/a"],
  ])("is held to what schemas are, with the place: %j", async (schema, place) => {
    const check = { kind: "json-schema", schema, from_request: false } as Given["check"];
    await expect(make({ check, stage: "output" })).rejects.toThrow(`at ${place}`);
  });

  it("may have words of anybody's, and properties that are called as words are", async () => {
    const schema = {
      ...{ $schema: "http://json-schema.org/draft-07/schema#", type: ["object", "null"], "x-mine": 5 },
      properties: {
        type: { enum: ["a"] },
        required: true,
        items: { type: "array", items: { $ref: "#/definitions/one" } },
      },
      definitions: { one: { multipleOf: 0.5, exclusiveMinimum: 0, default: { type: "no" } } },
      additionalProperties: false,
    };
    const check = { kind: "json-schema", schema, from_request: false } as const;
    expect((await make({ check, stage: "output" })).check).toEqual(check);
  });

  it("is held at each worker, tried with a text, and told as it was given", async () => {
    const check = { kind: "json-schema", schema: { required: ["id"] }, from_request: false } as const;
    const made = await make({ check, stage: "output" });
    expect(made.check).toEqual(check);
    vendor.script({ kind: "chat", text: '{"no": 1}' });
    for (let at = 0; at < 4; at += 1) expect((await chat("hi")).text).toContain("#/required");
    vendor.script({ kind: "chat", text: '{"id": 1}' });
    for (let at = 0; at < 4; at += 1) expect((await chat("hi")).status).toBe(200);
    const trial = async (answer: string, stage: "input" | "output" = "output") =>
      (await server.admin.guardrails.try({ body: { text: answer, stage } })).guardrails[0]?.outcome;
    expect(await trial('{"id": 2}')).toBe("none");
    expect([await trial("{}"), await trial("{}", "input")]).toEqual(["block", "other_stage"]);
  });
});

describe("a trial that asks", () => {
  it("is told what a webhook says of the text as the others have left it, and is for who may change all", async () => {
    const judge = await startFakeUpstream();
    await make({ action: "redact" });
    const asking = { kind: "webhook", url: `${judge.url}/check` } as const;
    const { id } = await make({ check: asking, stage: "input", action: "redact" });
    const tryIt = (ask: boolean, by = server.admin) =>
      by.guardrails.try({ body: { text: "a bluebird", stage: "input", ask } });
    expect((await tryIt(false)).guardrails[1]?.outcome).toBe("not_asked");
    judge.script({ kind: "answer", body: { action: "redact", texts: ["a bird"] } });
    expect(await tryIt(true)).toMatchObject({ text: "a bird", guardrails: [{}, { outcome: "redact" }] });
    const [asked] = judge.received;
    expect(JSON.parse(asked?.text ?? "{}")).toMatchObject({ guardrail: { id }, texts: ["a [redacted]"], key_id: "" });
    expect(asked?.headers["webhook-signature"]).toMatch(/^v1,/);
    judge.script({ kind: "answer", status: 500 });
    expect(await tryIt(true)).toMatchObject({ outcome: "blocked", guardrails: [{}, { outcome: "failed" }] });
    await expect(tryIt(true, managers)).rejects.toMatchObject({ status: 403 });
    await judge.close();
  });
});

describe("who manages a team", () => {
  it("makes those that hold for it, and sees and changes no others", async () => {
    const everybodys = await make();
    await expect(make({}, managers)).rejects.toMatchObject({ status: 403 });
    const own = await make({ applies_to: { kind: "team", id: teamId }, stage: "input" }, managers);
    expect((await managers.guardrails.list()).data.map(({ id }) => id)).toEqual([own.id]);
    const params = { id: everybodys.id };
    await expect(managers.guardrails.get({ params })).rejects.toMatchObject({ status: 404 });
    await expect(managers.guardrails.update({ params, body: { action: "flag" } })).rejects.toMatchObject({
      status: 404,
    });
    await expect(managers.guardrails.remove({ params })).rejects.toMatchObject({ status: 404 });
    const asking = {
      applies_to: { kind: "team", id: teamId },
      check: { kind: "webhook", url: "https://hooks.example" },
    } as const;
    await expect(make(asking, managers)).rejects.toMatchObject({ status: 403 });
    const widened = { params: { id: own.id }, body: { applies_to: { kind: "everyone" } } } as const;
    await expect(managers.guardrails.update(widened)).rejects.toMatchObject({ status: 403 });
    expect(await managers.guardrails.update({ params: { id: own.id }, body: { action: "flag" } })).toMatchObject({
      action: "flag",
    });
    expect(await managers.guardrails.remove({ params: { id: own.id } })).toMatchObject({ deleted: true });
  });
});
