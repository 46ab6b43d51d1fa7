// Webhooks of the whole server: what they are sent, how it is signed, and what becomes of those that do not take it.

import { cloudEventOf, nameOf } from "@ghostllm/contract/events";
import type { Client } from "@ghostllm/contract/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { answers, isSigned, WebhookReceiver } from "./support/webhook-receiver.ts";
import { startWholeServer, type WholeServer } from "./support/whole-server.ts";

const timeoutMs = 400;
let server: WholeServer;
let admin: Client;
let receiver: WebhookReceiver;

beforeAll(async () => {
  server = await startWholeServer({
    GHOSTLLM_WEBHOOK_RETRY_MS: "20ms",
    GHOSTLLM_WEBHOOK_ATTEMPTS: "4",
    GHOSTLLM_WEBHOOK_TIMEOUT_MS: `${timeoutMs}ms`,
    GHOSTLLM_WEBHOOK_DISABLE_MS: "5s",
    GHOSTLLM_EGRESS_DENY: "denied.example.com",
    GHOSTLLM_EVENT_SOURCE: "/ghostllm/test",
  });
  ({ admin } = server);
});
afterAll(() => server.close());

beforeEach(async () => {
  receiver = await WebhookReceiver.start();
});
afterEach(async () => {
  for (const { id } of (await admin.webhooks.list()).data) await admin.webhooks.remove({ params: { id } });
  await receiver.close();
});

let serial = 0;
const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 20_000, interval: 10 });
const create = (types: string[], url = receiver.url) =>
  admin.webhooks.create({ body: { name: `hook ${(serial += 1)}`, url, types } });
const find = (id: string) => admin.webhooks.get({ params: { id } });
const deliveries = async (id: string) => (await admin.webhooks.deliveries({ params: { id } })).data;
const createUser = () => admin.users.create({ body: { email: `user${(serial += 1)}@example.com` } });
const createKey = (user_id: string, name: string) => admin.apiKeys.create({ body: { user_id, name } });

async function ask(key: string): Promise<Response> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "demo", messages: [{ role: "user", content: "A secret question" }] }),
  });
  await response.text();
  return response;
}

describe("what is sent", () => {
  it("is each event of the types that are wanted, in CloudEvents' form and signed, with no prompt and no secret", async () => {
    const types = ["user.login", "key.created", "user.limit", "request.end", "usage.tracked"];
    const { secret } = await create(types);
    const user = await admin.users.create({ body: { email: "ada@example.com", password: "correct horse battery" } });
    const { token } = await admin.sessions.create({ body: { email: user.email, password: "correct horse battery" } });
    await admin.users.update({
      params: { id: user.id },
      body: { limits: { requests_per_minute: 9 }, budget_usd: "5" },
    });
    const key = await createKey(user.id, "ci");
    const response = await ask(key.key);
    expect(response.status).toBe(200);
    await until(() => receiver.received.length >= types.length);
    expect(new Set(receiver.events.map(({ type }) => nameOf(type)))).toEqual(new Set(types));
    for (const received of receiver.received) {
      const { event, headers, body } = received;
      expect(cloudEventOf(nameOf(event.type) ?? "key.created").parse(event)).toEqual(event);
      expect(event).toMatchObject({ source: "/ghostllm/test", specversion: "1.0" });
      expect(headers["content-type"]).toBe("application/cloudevents+json; charset=utf-8");
      expect(headers["webhook-id"]).toBe(event.id);
      expect(isSigned(received, secret)).toBe(true);
      for (const hidden of ["A secret question", key.key, token, secret, "correct horse"])
        expect(body).not.toContain(hidden);
    }
    const requestId = response.headers.get("x-request-id");
    expect(receiver.ofType("request.end")[0]).toMatchObject({
      ...{ subject: requestId, partitionkey: key.id },
      data: {
        request_id: requestId,
        key_id: key.id,
        user_id: user.id,
        provider: "demo",
        status: "ok",
        http_status: 200,
      },
    });
    expect(receiver.ofType("key.created")[0]?.data).toMatchObject({
      name: "ci",
      public_id: key.public_id,
      created_by: null,
    });
    expect(receiver.ofType("user.limit")[0]?.data).toMatchObject({
      ...{ budget_usd: "5", limits: { requests_per_minute: 9 } },
      before: { budget_usd: null, limits: { requests_per_minute: null } },
    });
  });

  it("begins when the webhook is created, and is nothing else than it wants", async () => {
    await createUser();
    await create(["key.created"]);
    const user = await createUser();
    await admin.users.update({ params: { id: user.id }, body: { budget_usd: "1" } });
    await createKey(user.id, "only this");
    await until(() => receiver.received.length > 0);
    expect(receiver.events.map(({ data }) => data["name"])).toEqual(["only this"]);
  });

  it("is stored for nobody where nobody wants it", async () => {
    const user = await createUser();
    const { key } = await createKey(user.id, "unseen");
    const id = (await ask(key)).headers.get("x-request-id");
    await until(async () => (await admin.requests.list()).data.some((row) => row.id === id));
    const { data } = await admin.events.list({ query: { types: "request.end,usage.tracked", limit: 500 } });
    expect(data.filter(({ event }) => event.subject === id)).toEqual([]);
  });
});

describe("the secret", () => {
  it("is shown once, is sealed in the database, and can be replaced", async () => {
    const made = await create(["key.created"]);
    expect(made.secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(JSON.stringify([await find(made.id), (await admin.webhooks.list()).data])).not.toContain(made.secret);
    expect(server.logged.join("\n")).not.toContain(made.secret);
    const anew = await admin.webhooks.rotateSecret({ params: { id: made.id } });
    expect(anew.secret).not.toBe(made.secret);
    expect(await admin.webhooks.test({ params: { id: made.id } })).toMatchObject({ delivered: true, status: 204 });
    const [received] = receiver.received;
    expect(received?.event).toMatchObject({ type: "ghostllm.webhook.test", data: { webhook_id: made.id } });
    expect(received !== undefined && isSigned(received, anew.secret)).toBe(true);
    expect(received !== undefined && isSigned(received, made.secret)).toBe(false);
  });
});

describe("a receiver that fails", () => {
  it("is asked again with the same id until it answers well, and gets what is of one key in its order", async () => {
    const { id } = await create(["key.created", "request.end"]);
    receiver.answer = (response, received) =>
      answers.status(receiver.received.length <= 2 ? 503 : 200)(response, received);
    const user = await createUser();
    const { key, id: keyId } = await createKey(user.id, "in order");
    for (let request = 0; request < 5; request += 1) await ask(key);
    await until(async () => (await find(id)).waiting === 0 && receiver.received.length >= 8);
    const ofKey = receiver.events.filter(({ partitionkey }) => partitionkey === keyId);
    expect(ofKey.map(({ type }) => type).slice(0, 3)).toEqual(Array.from({ length: 3 }, () => "ghostllm.key.created"));
    expect(new Set(ofKey.slice(0, 3).map((event) => event.id)).size).toBe(1);
    const ends = [...new Map(ofKey.slice(3).map((event) => [event.id, event])).values()];
    expect(ends.map(({ time }) => time)).toEqual(ends.map(({ time }) => time).toSorted());
    expect((await deliveries(id)).at(-1)).toMatchObject({
      state: "delivered",
      attempts: 3,
      event_type: "ghostllm.key.created",
    });
    expect(await find(id)).toMatchObject({ failing_since: null, is_active: true });
  });

  it("leaves a dead letter behind its attempts, which is seen with its reason and can be sent again", async () => {
    const { id, name } = await create(["key.created"]);
    receiver.answer = answers.status(500);
    const { id: userId } = await createUser();
    await createKey(userId, "dead");
    await until(async () => (await deliveries(id))[0]?.state === "dead");
    const [dead] = await deliveries(id);
    expect(dead).toMatchObject({ attempts: 4, last_status: 500, last_error: "HTTP 500", next_attempt_at: null });
    expect(dead?.event).toEqual(receiver.events[0]);
    const health = await (await fetch(`${server.url}/health`)).json();
    expect(JSON.stringify(health)).toContain(`${name} fails`);
    receiver.answer = answers.ok;
    const params = { id, delivery_id: dead?.id ?? "" };
    expect(await admin.webhooks.resend({ params })).toMatchObject({ state: "waiting" });
    await until(async () => (await deliveries(id))[0]?.state === "delivered");
    expect(new Set(receiver.events.map((event) => event.id)).size).toBe(1);
    await until(async () => (await find(id)).failing_since === null);
  });

  it("that wants nothing more (410) is switched off, and on again by hand", async () => {
    const { id } = await create(["key.created"]);
    receiver.answer = answers.status(410);
    const { id: userId } = await createUser();
    await createKey(userId, "gone");
    await until(async () => !(await find(id)).is_active);
    expect((await find(id)).inactive_reason).toBe("The receiver answered 410 Gone");
    await createKey(userId, "while it was off");
    receiver.answer = answers.ok;
    receiver.received.length = 0;
    expect(await admin.webhooks.update({ params: { id }, body: { is_active: true } })).toMatchObject({
      inactive_reason: null,
    });
    await createKey(userId, "on again");
    await until(() => receiver.received.length >= 2);
    expect(receiver.events.map(({ data }) => data["name"])).toEqual(["gone", "on again"]);
  });

  it("at which nothing arrives for long is switched off with the reason", async () => {
    const { id } = await create(["key.created"]);
    receiver.answer = answers.status(500);
    const { id: userId } = await createUser();
    const startedAt = performance.now();
    while ((await find(id)).is_active && performance.now() - startedAt < 20_000) {
      await createKey(userId, "again");
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect((await find(id)).inactive_reason).toMatch(/^Nothing has arrived since 20.*: HTTP 500$/);
    expect(performance.now() - startedAt).toBeGreaterThan(4_000);
  });

  it("that answers with a redirect is not followed", async () => {
    const other = await WebhookReceiver.start();
    const { id } = await create(["key.created"]);
    receiver.answer = answers.status(307, { location: other.url });
    const { id: userId } = await createUser();
    await createKey(userId, "redirected");
    await until(async () => (await deliveries(id))[0]?.state === "dead");
    expect((await deliveries(id))[0]?.last_error).toContain("redirects are not followed");
    expect(other.received).toEqual([]);
    await other.close();
  });

  it("or never answers holds up no other webhook and no request, and nobody at whose port nothing listens does", async () => {
    const slow = await WebhookReceiver.start();
    const closed = await WebhookReceiver.start();
    const closedUrl = closed.url;
    await closed.close();
    slow.answer = answers.never;
    const hanging = await create(["request.end"], slow.url);
    const away = await create(["request.end"], closedUrl);
    await create(["request.end"]);
    const { key } = await createKey((await createUser()).id, "fast");
    const startedAt = performance.now();
    for (let request = 0; request < 10; request += 1) expect((await ask(key)).status).toBe(200);
    await until(() => receiver.received.length >= 10);
    // A request that waited for the slow one would take its whole time, and all ten of them ten times that.
    expect(performance.now() - startedAt).toBeLessThan(10 * timeoutMs);
    await until(async () => (await deliveries(hanging.id)).some(({ last_error: error }) => error !== null));
    const [waiting] = (await deliveries(hanging.id)).filter(({ last_error: error }) => error !== null);
    expect(waiting).toMatchObject({ last_error: `no answer within ${timeoutMs} ms`, last_status: null });
    await until(async () => (await deliveries(away.id)).some(({ last_error: error }) => error !== null));
    await slow.close();
  });
});

describe("whom a webhook may not ask", () => {
  it.each([
    ["an address that egress rules out", "https://denied.example.com/hook"],
    ["a cloud's metadata", "http://169.254.169.254/latest"],
    ["what has a user and a password", "https://user:password@example.com/hook"],
    ["what is no web address", "ftp://example.com"],
  ])("%s", async (_what, url) => {
    await expect(create(["key.created"], url)).rejects.toMatchObject({ status: 400, param: "url" });
    const { id } = await create(["key.created"]);
    await expect(admin.webhooks.update({ params: { id }, body: { url } })).rejects.toMatchObject({ status: 400 });
  });

  it("a type that is live only, or that there is not", async () => {
    for (const type of ["request.start", "billing.update", "nonsense"])
      await expect(create([type])).rejects.toMatchObject({ status: 400, param: "types[0]" });
    await expect(create([])).rejects.toMatchObject({ status: 400 });
  });

  it("and a name is there once", async () => {
    const { name } = await create(["key.created"]);
    const body = { name, url: receiver.url, types: ["key.created"] };
    await expect(admin.webhooks.create({ body })).rejects.toMatchObject({ status: 409 });
  });
});
