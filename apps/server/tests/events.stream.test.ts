// Whoever follows events of the whole server: what is told to whom, how one goes on where one was, and when it ends.

import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { followEvents, type FollowedEvent } from "@ghostllm/contract/follow-events";
import { eventNames, nameOf } from "@ghostllm/contract/events";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { startWholeServer, wholeAdminKey, type WholeServer } from "./support/whole-server.ts";

let server: WholeServer;

beforeAll(async () => {
  server = await startWholeServer();
});
afterAll(() => server.close());

const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 20_000, interval: 10 });

class Follower {
  readonly told: FollowedEvent[] = [];
  readonly states: string[] = [];
  failure: unknown = null;
  hasEnded = false;
  readonly #ending = new AbortController();

  constructor(apiKey: string, options: { readonly types?: readonly string[]; readonly lastEventId?: string } = {}) {
    const { signal } = this.#ending;
    const onState = (state: string): void => void this.states.push(state);
    void this.#run(followEvents({ baseUrl: server.url, apiKey, signal, onState, ...options }));
  }

  get names(): readonly (string | undefined)[] {
    return this.told.map(({ event }) => nameOf(event.type));
  }

  async ready(): Promise<this> {
    await until(() => this.states.includes("following"));
    return this;
  }

  end(): void {
    this.#ending.abort();
  }

  async #run(events: AsyncGenerator<FollowedEvent>): Promise<void> {
    try {
      for await (const followed of events) this.told.push(followed);
    } catch (error) {
      this.failure = error;
    }
    this.hasEnded = true;
  }
}

const followers: Follower[] = [];
function follow(...given: ConstructorParameters<typeof Follower>): Promise<Follower> {
  const follower = new Follower(...given);
  followers.push(follower);
  return follower.ready();
}
afterEach(() => followers.splice(0).forEach((follower) => follower.end()));

async function ask(key: string, model = "demo"): Promise<Response> {
  const response = await fetch(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, messages: [{ role: "user", content: "A secret question" }] }),
  });
  await response.text();
  return response;
}

let serial = 0;
async function enroll(limit: number | null = null) {
  const { admin } = server;
  const user = await admin.users.create({ body: { email: `user${(serial += 1)}@example.com` } });
  const body = { user_id: user.id, name: "own", limits: { requests_per_minute: limit } };
  const { key, id } = await admin.apiKeys.create({ body });
  return { userId: user.id, keyId: id, key };
}

describe("who follows events", () => {
  it("is told what happens from then on, live and stored, each as its schema has it", async () => {
    const follower = await follow(wholeAdminKey);
    const { key, keyId } = await enroll(1);
    await ask(key);
    expect((await ask(key)).status).toBe(429);
    const wanted = ["key.created", "request.start", "request.end", "usage.tracked", "rate.exceeded"];
    await until(() => wanted.every((name) => follower.names.includes(name)));
    const schema = JSON.parse(readFileSync(new URL("../../../docs/events.schema.json", import.meta.url), "utf8"));
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema as object);
    for (const { event, place } of follower.told) {
      expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
      const isLive = ["request.start", "rate.exceeded"].includes(nameOf(event.type) ?? "");
      expect(place === null).toBe(isLive);
      expect(event.partitionkey).toBe(nameOf(event.type) === "audit.entry" ? "audit" : keyId);
      expect(JSON.stringify(event)).not.toContain("A secret question");
    }
    expect(follower.told.filter(({ place }) => place !== null).map(({ place }) => Number(place))).toEqual(
      follower.told.flatMap(({ place }) => (place === null ? [] : Number(place))).toSorted((a, b) => a - b),
    );
  });

  it("is told nothing but the types that he asks for, and that there are others where he asks for none", async () => {
    const follower = await follow(wholeAdminKey, { types: ["user.limit"] });
    const { userId } = await enroll();
    await server.admin.users.update({ params: { id: userId }, body: { budget_usd: "3" } });
    await until(() => follower.told.length > 0);
    expect(follower.names).toEqual(["user.limit"]);
    const wrong = await fetch(`${server.url}/admin/events/stream?types=nonsense`, {
      headers: { authorization: `Bearer ${wholeAdminKey}` },
    });
    expect(wrong.status).toBe(400);
    expect(await wrong.text()).toContain("There are user.login, key.created");
  });

  it("goes on behind the last one that he knows, and has then every one of the time between", async () => {
    const first = await follow(wholeAdminKey, { types: ["key.created", "request.end"] });
    const { key } = await enroll();
    await ask(key);
    await until(() => first.told.length === 2);
    first.end();
    // Whoever may come back has events of requests stored for a minute.
    await ask(key);
    await enroll();
    const lastEventId = first.told.at(-1)?.place ?? "";
    const second = await follow(wholeAdminKey, { types: ["key.created", "request.end"], lastEventId });
    await until(() => second.told.length === 2);
    expect(new Set(second.names)).toEqual(new Set(["request.end", "key.created"]));
  });

  it("as a user sees what is his own, of the types that he may read, and admins see all", async () => {
    const [ada, bob] = [await enroll(), await enroll()];
    const types = eventNames.filter((name) => name !== "audit.entry");
    const [own, all] = [await follow(ada.key), await follow(wholeAdminKey, { types })];
    await ask(bob.key);
    await ask(ada.key);
    await server.admin.users.update({ params: { id: ada.userId }, body: { limits: { requests_per_minute: 99 } } });
    await server.admin.apiKeys.create({ body: { user_id: ada.userId, name: "second" } });
    await until(() =>
      [own, all].every(({ names }) => names.includes("key.created") && names.includes("usage.tracked")),
    );
    await until(() => all.names.filter((name) => name === "usage.tracked").length === 2);
    expect(new Set(own.told.map(({ event }) => event.data["user_id"]))).toEqual(new Set([ada.userId]));
    // His limits are no secret, but users are not read by users.
    expect(new Set(own.names)).toEqual(new Set(["request.start", "request.end", "usage.tracked", "key.created"]));
    expect(new Set(all.told.map(({ event }) => event.data["user_id"])).size).toBe(2);
    const listed = await server.admin.events.list({ query: { types: "request.end", limit: 2 } });
    const client = (await fetch(`${server.url}/admin/events?types=request.end,user.limit`, {
      headers: { authorization: `Bearer ${ada.key}` },
    }).then((response) => response.json())) as typeof listed;
    expect(client.data.map(({ event }) => event.data["user_id"])).toEqual([ada.userId]);
    expect(listed.data).toHaveLength(2);
    const older = await server.admin.events.list({ query: { types: "request.end", before: listed.next ?? "" } });
    expect(Number(older.data[0]?.place)).toBeLessThan(Number(listed.data[1]?.place));
  });

  it("is told nothing more when the key is revoked by which he came", async () => {
    const { key, keyId } = await enroll();
    const follower = await follow(key);
    await server.admin.apiKeys.revoke({ params: { id: keyId } });
    const revokedAt = performance.now();
    await until(() => follower.hasEnded);
    // Not only when it would have been looked at anyhow.
    expect(performance.now() - revokedAt).toBeLessThan(9_000 * slowdown());
    expect(follower.failure).toMatchObject({ status: 401 });
  });

  it("is counted, and no more than sixteen times one", async () => {
    const { key } = await enroll();
    await Promise.all(Array.from({ length: 16 }, () => follow(key)));
    const response = await fetch(`${server.url}/admin/events/stream`, { headers: { authorization: `Bearer ${key}` } });
    expect(response.status).toBe(429);
    followers.splice(0).forEach((follower) => follower.end());
    await until(async () => {
      const again = await fetch(`${server.url}/admin/events/stream`, { headers: { authorization: `Bearer ${key}` } });
      await again.body?.cancel();
      return again.status === 200;
    });
  });
});

it("a provider that rests is told to be down, and up again", async () => {
  const follower = await follow(wholeAdminKey, { types: ["provider.down", "provider.up"] });
  const provider = await server.admin.providers.create({
    body: { name: "broken", provider_type: "openai-compatible", base_url: "http://127.0.0.1:9/v1", api_key: "x" },
  });
  await server.admin.models.create({ body: { provider_id: provider.id, name: "none" } });
  const { key } = await enroll();
  await vi.waitUntil(
    async () => {
      await ask(key, "broken/none");
      return follower.names.includes("provider.down");
    },
    { timeout: 20_000, interval: 50 },
  );
  expect(follower.told[0]?.event).toMatchObject({
    subject: provider.id,
    data: { provider: "broken", provider_id: provider.id, models: ["none"] },
  });
  await until(() => follower.names.includes("provider.up"));
});

it("ends for all when the server stops, and nobody holds it up", async () => {
  const other = await startWholeServer();
  const response = await fetch(`${other.url}/admin/events/stream`, {
    headers: { authorization: `Bearer ${wholeAdminKey}` },
  });
  expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
  expect(response.headers.get("x-accel-buffering")).toBe("no");
  const startedAt = performance.now();
  const text = response.text();
  await other.close();
  expect(await text).toContain("retry: ");
  expect(performance.now() - startedAt).toBeLessThan(8_000 * slowdown());
});
