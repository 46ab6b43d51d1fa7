// Requests that wait for somebody's consent, over all that a server is made of, with two workers: what is approved passes once.

import { startFakeUpstream, type FakeUpstream } from "@ghostllm/fake-upstream";
import type { RouteInput, AdminRoutes } from "@ghostllm/contract/routes";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { askings, names } from "./support/every-dialect.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

type NewPolicy = RouteInput<AdminRoutes["consentPolicies"]["create"]>["body"];

const password = "correct horse battery";
const dear = "gpt-4o";
const cheap = "gpt-4o-mini";
let vendor: FakeUpstream;
let server: WholeServer;
let userId: string;
let teamId: string;
let keyId: string;
let key: string;
let serial = 0;
const next = (): string => `n${(serial += 1)}`;

beforeAll(async () => {
  vendor = await startFakeUpstream();
  server = await startWholeServer({
    ...{ SERVER_WORKERS: "2", OPENAI_API_KEY: "sk-vendor", OPENAI_BASE_URL: `${vendor.url}/v1` },
  });
  const { admin } = server;
  ({ id: teamId } = await admin.teams.create({ body: { name: "team" } }));
  ({ id: userId } = await admin.users.create({ body: { email: "ada@example.com", password } }));
  await admin.teams.addMember({ params: { id: teamId }, body: { user_id: userId } });
});

beforeEach(async () => {
  vendor.clear();
  const made = await server.admin.apiKeys.create({ body: { name: next(), user_id: userId, team_id: teamId } });
  [keyId, key] = [made.id, made.key];
});

afterEach(async () => {
  const { data } = await server.admin.consentPolicies.list();
  for (const { id } of data) await server.admin.consentPolicies.remove({ params: { id } });
});

afterAll(async () => {
  await server.close();
  await vendor.close();
});

const hold = (policy: Partial<NewPolicy> = {}) =>
  server.admin.consentPolicies.create({ body: { name: next(), models: [dear], ...policy } });

const headers = () => ({ authorization: `Bearer ${key}`, connection: "close" });

function post(path: string, body: object): Promise<Response> {
  const init = { method: "POST", headers: { ...headers(), "content-type": "application/json" } };
  return fetch(server.url + path, { ...init, body: JSON.stringify(body) });
}

const chat = (model = dear, more: object = {}) =>
  post("/v1/chat/completions", { model, messages: [{ role: "user", content: "Hi" }], ...more });

/** The id of what waits now. */
async function held(response: Response): Promise<string> {
  const text = await response.text();
  expect([response.status, response.headers.get("x-should-retry")], text).toEqual([403, "false"]);
  const id = response.headers.get("x-ghostllm-consent-id") ?? "";
  expect(text).toContain("consent_required");
  expect(text).toContain(id);
  expect(vendor.received).toHaveLength(0);
  return id;
}

const approve = (id: string) => server.admin.consents.approve({ params: { id }, body: {} });

async function statusOf(response: Response): Promise<number> {
  await response.text();
  return response.status;
}

describe.each(names)("a request in the dialect %s", (dialect) => {
  it.each([false, true])("waits, streamed: %s, and passes once when it was approved", async (stream) => {
    await hold();
    const ask = () => {
      const { path, body } = askings[dialect](dear, stream);
      return post(path, body);
    };
    vendor.script({ kind: "chat", text: "one two" });
    const id = await held(await ask());
    expect(await held(await ask())).toBe(id);
    await approve(id);
    expect(await statusOf(await ask())).not.toBe(403);
    expect(vendor.received).not.toHaveLength(0);
    vendor.clear();
    expect(await held(await ask())).not.toBe(id);
  });
});

describe("what is told of a held request", () => {
  it("has OpenAI's form, and is for whoever decides to see, without its texts", async () => {
    const { id: policyId, name } = await hold();
    const response = await chat(dear, { max_tokens: 100, messages: [{ role: "user", content: "a secret text" }] });
    const { error } = (await response.clone().json()) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ type: "permission_error", code: "consent_required" });
    expect(error["message"]).toContain(name);
    const id = await held(response);
    const shown = await server.admin.consents.get({ params: { id } });
    expect(shown).toMatchObject({
      ...{ status: "pending", key_id: keyId, user_id: userId, team_id: teamId, username: "ada@example.com" },
      ...{ model: dear, operation: "chat.completions", dialect: "openai-chat", policies: [{ id: policyId, name }] },
      ...{ decided_at: null, used_at: null, request_id: response.headers.get("x-request-id") },
    });
    expect(Number(shown.cost_usd)).toBeGreaterThan(0);
    const { data } = await server.admin.consents.list({ query: { key_id: keyId, status: "pending" } });
    expect(data).toEqual([shown]);
    const all = JSON.stringify([shown, await server.admin.events.list(), server.logged]);
    expect(all).not.toContain("a secret text");
  });

  it("is a refusal when somebody has refused it, with what he says", async () => {
    await hold();
    const id = await held(await chat());
    await server.admin.consents.refuse({ params: { id }, body: { note: "Take the cheap one.", valid_minutes: 30 } });
    const response = await chat();
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(response.status).toBe(403);
    expect(response.headers.get("x-ghostllm-consent-id")).toBe(id);
    expect(error).toMatchObject({ code: "consent_refused", message: expect.stringContaining("Take the cheap one.") });
    const again = server.admin.consents.approve({ params: { id }, body: {} });
    await expect(again).rejects.toMatchObject({ status: 409 });
    expect(vendor.received).toHaveLength(0);
  });
});

describe("what was approved", () => {
  it("passes once of many that ask at once, at whichever worker", async () => {
    await hold();
    await approve(await held(await chat()));
    const statuses = await Promise.all(Array.from({ length: 40 }, async () => statusOf(await chat())));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1);
    expect(statuses.filter((status) => status === 403)).toHaveLength(39);
    expect(vendor.received).toHaveLength(1);
  });

  it("is this request, by this key, and no other", async () => {
    await hold();
    const id = await held(await chat(dear, { temperature: 0 }));
    await approve(id);
    await held(await chat(dear, { temperature: 1 }));
    await held(await chat(dear, { temperature: 0, stream: true }));
    const other = await server.admin.apiKeys.create({ body: { name: next(), user_id: userId } });
    const own = key;
    key = other.key;
    await held(await chat(dear, { temperature: 0 }));
    key = own;
    expect(await statusOf(await chat(dear, { temperature: 0 }))).toBe(200);
  });

  it("is not used up where no vendor was asked", async () => {
    await hold({ models: ["openai-twin/*", dear] });
    const provider = await server.admin.providers.create({
      body: { name: next(), provider_type: "openai", api_key: "sk", base_url: "http://127.0.0.1:9/v1" },
    });
    await server.admin.models.create({ body: { provider_id: provider.id, name: "lonely" } });
    await hold({ models: ["lonely"] });
    const image = (): Promise<Response> => post("/v1/rerank", { model: "lonely", query: "q", documents: ["d"] });
    const id = await held(await image());
    await approve(id);
    expect(await statusOf(await image())).toBe(400);
    expect(await server.admin.consents.get({ params: { id } })).toMatchObject({ status: "approved", used_at: null });
    await server.admin.providers.remove({ params: { id: provider.id } });
  });
});

describe("every operation", () => {
  const form = (path: string, fields: Readonly<Record<string, string>>, file: string) => () => {
    const body = new FormData();
    for (const [name, value] of Object.entries(fields)) body.append(name, value);
    body.append("file", new Blob([`bytes of ${file}`]), file);
    return fetch(server.url + path, { method: "POST", headers: headers(), body });
  };
  const input = Array.from({ length: 50 }, (_, index) => `text ${index}`);
  const long = Array.from({ length: 15_000 }, (_, index) => `word ${index}`).join(" ");
  const large = { model: dear, messages: [{ role: "user", content: long }] };
  const operations: Readonly<Record<string, () => Promise<Response>>> = {
    "embeddings of many texts": () => post("/v1/embeddings", { model: dear, input }),
    "an answer in the background": () => post("/v1/responses", { model: dear, input: "x", background: true }),
    "a picture": () => post("/v1/images/generations", { model: dear, prompt: "x" }),
    "a picture that is changed": form("/v1/images/edits", { model: dear, prompt: "x" }, "a.png"),
    "sound that is written down": form("/v1/audio/transcriptions", { model: dear }, "a.mp3"),
    "sound that is made": () => post("/v1/audio/speech", { model: dear, voice: "alloy", input: "x" }),
    completions: () => post("/v1/completions", { model: dear, prompt: "x" }),
    "a body that is read in another thread": () => post("/v1/chat/completions", large),
  };

  it.each(Object.entries(operations))("waits and passes once: %s", async (_name, ask) => {
    await hold();
    vendor.script({ kind: "answer", body: { id: "resp_1", object: "response", status: "completed", output: [] } });
    await approve(await held(await ask()));
    // Forms have another line between their parts each time.
    await ask().then(statusOf);
    expect(vendor.received).toHaveLength(1);
    vendor.clear();
    await held(await ask());
  });

  it("of requests for later waits, whatever its models are, and so does a file where any request does", async () => {
    await hold();
    const order = { input_file_id: "file-1", endpoint: "/v1/responses", completion_window: "24h" };
    const upload = form("/v1/files", { purpose: "batch" }, "in.jsonl");
    vendor.script({ kind: "answer", body: { id: "file-1", object: "file", filename: "in.jsonl", purpose: "batch" } });
    expect(await statusOf(await upload())).toBe(200);
    vendor.clear();
    const batch = () => post("/v1/batches", order);
    const id = await held(await batch());
    expect((await server.admin.consents.get({ params: { id } })).cost_usd).toBeNull();
    await approve(id);
    vendor.script({ kind: "answer", body: { id: "batch_1", object: "batch", status: "validating", created_at: 1 } });
    expect(await statusOf(await batch())).toBe(200);
    vendor.clear();
    await hold({ models: null });
    await held(await upload());
    vendor.script({ kind: "answer", body: { id: "batch_1", object: "batch", status: "completed", created_at: 1 } });
    expect(await statusOf(await fetch(`${server.url}/v1/batches/batch_1`, { headers: headers() }))).toBe(200);
  });

  it("that asks no model to work goes on: counts, and lists of models", async () => {
    await hold({ models: null });
    const count = await post("/v1/messages/count_tokens", { model: dear, messages: [{ role: "user", content: "x" }] });
    expect(await statusOf(count)).toBe(200);
    expect(await statusOf(await fetch(`${server.url}/v1/models`, { headers: headers() }))).toBe(200);
  });
});

describe("a policy holds", () => {
  /** What became of it; the vendor forgets it. */
  const outcome = async (response: Response): Promise<string> => {
    const text = await response.text();
    vendor.clear();
    if (response.status === 200) return "passes";
    return response.status === 403 && text.includes("consent_required") ? "waits" : text;
  };

  it("a model by whatever name it is asked for, and no other", async () => {
    const targets = [{ provider: "openai", model: dear }];
    const alias = await server.admin.aliases.create({ body: { name: "best", targets } });
    await hold({ models: ["gpt-4o"] });
    expect(await outcome(await chat(`openai/${dear}`))).toBe("waits");
    expect(await outcome(await chat("best"))).toBe("waits");
    expect(await outcome(await chat(cheap))).toBe("passes");
    await hold({ models: ["*-mini"] });
    expect(await outcome(await chat(cheap))).toBe("waits");
    await server.admin.aliases.remove({ params: { id: alias.id } });
  });

  it("what may cost more than an amount, or nobody knows how much", async () => {
    await hold({ models: null, above_usd: "0.01" });
    expect(await outcome(await chat(dear, { max_tokens: 10 }))).toBe("passes");
    expect(await outcome(await chat(dear, { max_tokens: 10_000 }))).toBe("waits");
    expect(await outcome(await chat("openai/nobody-knows-its-price", { max_tokens: 10 }))).toBe("waits");
    // A budget says the same.
    await server.admin.apiKeys.update({ params: { id: keyId }, body: { budget_usd: "50" } });
    expect(await outcome(await chat(dear, { max_tokens: 10 }))).toBe("passes");
    expect(await outcome(await chat(dear, { max_tokens: 10_000 }))).toBe("waits");
  });

  it("in which the privacy policy of the caller finds personal data", async () => {
    await hold({ models: null, privacy_classes: ["email"] });
    const mail = { messages: [{ role: "user", content: "Write to jane.doe@example.com." }] };
    expect(await outcome(await chat(dear, mail))).toBe("passes");
    await server.admin.apiKeys.update({
      ...{ params: { id: keyId }, body: { privacy: { classes: { email: "replace", phone: "mask" } } } },
    });
    const id = await held(await chat(dear, mail));
    const { privacy } = await server.admin.consents.get({ params: { id } });
    expect(privacy).toEqual([{ class: "email", action: "replace", count: 1 }]);
    expect(await outcome(await chat(dear))).toBe("passes");
    await approve(id);
    expect(await outcome(await chat(dear, mail))).toBe("passes");
  });

  it("for as long as it is switched on, and for those whom it applies to", async () => {
    const { id } = await hold({ applies_to: { kind: "key", id: keyId } });
    expect(await outcome(await chat())).toBe("waits");
    await server.admin.consentPolicies.update({ params: { id }, body: { is_active: false } });
    expect(await outcome(await chat())).toBe("passes");
    const body = { is_active: true, applies_to: { kind: "team", id: teamId } } as const;
    await server.admin.consentPolicies.update({ params: { id }, body });
    expect(await outcome(await chat())).toBe("waits");
    const { id: other } = await server.admin.users.create({ body: { email: `${next()}@example.com` } });
    const applies = { kind: "user", id: other } as const;
    await server.admin.consentPolicies.update({ params: { id }, body: { applies_to: applies } });
    expect(await outcome(await chat())).toBe("passes");
    await server.admin.consentPolicies.update({ params: { id }, body: { applies_to: { kind: "user", id: userId } } });
    expect(await outcome(await chat())).toBe("waits");
  });

  it("at the times that it says", async () => {
    const weekdays = [1, 2, 3, 4, 5, 6, 7];
    const { id } = await hold({ hours: { time_zone: "Asia/Tokyo", weekdays } });
    expect(await outcome(await chat())).toBe("waits");
    const hours = { time_zone: "Asia/Tokyo", weekdays, outside: true };
    await server.admin.consentPolicies.update({ params: { id }, body: { hours } });
    expect(await outcome(await chat())).toBe("passes");
  });

  it("nothing by itself that is no policy", async () => {
    for (const wrong of [
      { applies_to: { kind: "key" as const } },
      { applies_to: { kind: "user" as const, id: "nobody" } },
      { hours: { time_zone: "Mars/Olympus" } },
      { hours: { from: "25:00" } },
      { models: [] },
      { above_usd: "-1" },
    ])
      await expect(hold(wrong)).rejects.toMatchObject({ status: 400 });
    expect((await server.admin.consentPolicies.list()).data).toEqual([]);
  });
});

describe("who manages a team", () => {
  const signIn = async (email: string) => {
    const response = await post("/admin/sessions", { email, password });
    const { token } = (await response.json()) as { token: string };
    return (path: string, body?: object) =>
      fetch(server.url + path, {
        ...(body !== undefined && { method: "POST", body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      });
  };

  it("decides on requests of its keys, but not on his own, and others see nothing of them", async () => {
    await hold();
    const id = await held(await chat());
    const email = `${next()}@example.com`;
    const { id: managerId } = await server.admin.users.create({ body: { email, password } });
    const params = { id: teamId };
    const manager = await signIn(email);
    expect((await manager(`/admin/consents/${id}`)).status).toBe(404);
    expect((await manager(`/admin/consents/${id}/approve`, {})).status).toBe(403);
    await server.admin.teams.addMember({ params, body: { user_id: managerId, role: "manager" } });
    await server.admin.teams.updateMember({ params: { id: teamId, user_id: userId }, body: { role: "manager" } });
    const own = await signIn("ada@example.com");
    expect((await own(`/admin/consents/${id}`)).status).toBe(200);
    const mayDecide = async (ask: typeof manager): Promise<unknown[]> => {
      const one = (await (await ask(`/admin/consents/${id}`)).json()) as { may_decide: unknown };
      const { data } = (await (await ask("/admin/consents")).json()) as { data: { id: string; may_decide: unknown }[] };
      return [one.may_decide, data.find((each) => each.id === id)?.may_decide];
    };
    expect([await mayDecide(own), await mayDecide(manager)]).toEqual([
      [false, false],
      [true, true],
    ]);
    expect((await server.admin.consents.get({ params: { id } })).may_decide).toBe(true);
    expect((await own(`/admin/consents/${id}/approve`, {})).status).toBe(403);
    expect((await manager(`/admin/consents/${id}/approve`, { note: "fine" })).status).toBe(200);
    expect(await mayDecide(manager)).toEqual([false, false]);
    await server.admin.teams.updateMember({ params: { id: teamId, user_id: userId }, body: { role: "member" } });
    expect(await server.admin.consents.get({ params: { id } })).toMatchObject({
      ...{ status: "approved", decided_by: managerId, decided_by_name: email, note: "fine" },
    });
    expect(await statusOf(await chat())).toBe(200);
    await server.admin.teams.removeMember({ params: { id: teamId, user_id: managerId } });
  });
});
