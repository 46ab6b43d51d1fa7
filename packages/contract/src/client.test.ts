import { describe, expect, expectTypeOf, it } from "vitest";
import { ClientError, createClient, etagOf } from "./client.ts";
import type { ClientOptions } from "./client.ts";
import { adminRoutes } from "./routes/admin-routes.ts";
import { createTrustingClient } from "./trusting-client.ts";

interface Sent {
  readonly url: string;
  readonly init: RequestInit;
}

/** A client whose network is a list of answers. */
function clientAnswering(...answers: readonly (Response | Error)[]) {
  return answering(createClient, answers);
}

function answering(create: typeof createClient, answers: readonly (Response | Error)[]) {
  const sent: Sent[] = [];
  const waiting = [...answers];
  const client = create({
    baseUrl: "http://ghost.test/",
    apiKey: "secret",
    fetch: async (url, init) => {
      sent.push({ url: String(url), init: init ?? {} });
      const answer = waiting.shift();
      if (answer instanceof Response) return answer;
      throw answer ?? new Error("No answer left");
    },
  });
  return { client, sent };
}

const user = {
  ...{ id: "u", email: "a@b.c", username: "a", role: "member", has_password: false, is_active: true },
  limits: { requests_per_minute: null, tokens_per_minute: null, concurrent_requests: null },
  ...{ budget_usd: "1", spent_usd: "0", budgets: [], privacy: null },
  ...{ created_at: "2026-01-01T00:00:00.000Z", updated_at: "2026-01-01T00:00:00.000Z" },
};

const removed = () => Response.json({ id: "a/b", deleted: true });

describe("createClient", () => {
  it("fills the path, the query and the body, and sends the key", async () => {
    const { client, sent } = clientAnswering(removed(), Response.json({ data: [], next: null }), Response.json({}));
    await client.users.remove({ params: { id: "a/b" } });
    await client.apiKeys.list({ query: { limit: 5, user_id: "u 1" } });
    await client.users.create({ body: { email: "a@b.c" } }).catch(() => undefined);
    expect(sent.map(({ url, init }) => [init.method, url, init.body])).toEqual([
      ["DELETE", "http://ghost.test/admin/users/a%2Fb", undefined],
      ["GET", "http://ghost.test/admin/api-keys?limit=5&user_id=u+1", undefined],
      ["POST", "http://ghost.test/admin/users", '{"email":"a@b.c"}'],
    ]);
    expect(new Headers(sent[0]?.init.headers).get("authorization")).toBe("Bearer secret");
    expect(new Headers(sent[0]?.init.headers).has("content-type")).toBe(false);
  });

  it("has methods without input, with optional input, and with required input", () => {
    const { client } = clientAnswering();
    expectTypeOf(client.sessions.me).toBeCallableWith();
    expectTypeOf(client.users.list).toBeCallableWith();
    expectTypeOf(client.users.get).parameter(0).toEqualTypeOf<{ readonly params: { id: string } }>();
    expectTypeOf(client.users.get).returns.resolves.toHaveProperty("budget_usd").toEqualTypeOf<string | null>();
  });

  it("reads fields that an older server does not have as null, where they may be that", async () => {
    const read = (changed: object) => {
      const { client } = clientAnswering(Response.json({ ...user, ...changed }));
      return client.users.get({ params: { id: "u" } });
    };
    const older = await read({ budget_usd: undefined, privacy: undefined });
    expect(older).toMatchObject({ id: "u", budget_usd: null, privacy: null });
    for (const changed of [{ email: undefined }, { budget_usd: 7 }, { email: undefined, budget_usd: undefined }])
      await expect(read(changed)).rejects.toMatchObject({ code: "unexpected_answer" });
  });

  it("keeps working when a newer server answers more fields", async () => {
    const { client } = clientAnswering(Response.json({ id: "x", deleted: true, undone: false }));
    expect(await client.users.remove({ params: { id: "x" } })).toEqual({ id: "x", deleted: true });
  });

  it("keeps working when a newer server answers a value that it does not know", async () => {
    const permissions = { "audit.read": "team" };
    const rest = { user: null, permissions, teams: [], expires_at: null, must_set_up_second_factor: false };
    const me = { via: "telepathy", role: "auditor", ...rest };
    const { client } = clientAnswering(Response.json(me));
    expect(await client.sessions.me()).toEqual(me);
  });

  it("gives a call up when its signal says so, before the answer or within it", async () => {
    const controller = new AbortController();
    const { client, sent } = clientAnswering(new DOMException("aborted", "AbortError"));
    controller.abort();
    await expect(client.users.list({}, { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    expect(sent[0]?.init.signal).toBe(controller.signal);
    const body = new ReadableStream({ start: (stream) => stream.error(new DOMException("aborted", "AbortError")) });
    const late = clientAnswering(new Response(body));
    const call = late.client.users.list({}, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: "aborted" });
  });

  it("rejects with what the server said", async () => {
    const error = { message: "email: taken", type: "conflict_error", param: "email", code: "conflict" };
    const { client } = clientAnswering(Response.json({ error }, { status: 409, headers: { "x-request-id": "r1" } }));
    const failure = await client.users.list().catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(ClientError);
    expect(failure).toMatchObject({
      status: 409,
      code: "conflict",
      param: "email",
      requestId: "r1",
      message: "email: taken",
    });
  });

  it.each([
    ["an error page", new Response("<html>Bad gateway</html>", { status: 502 }), 502],
    ["another program's answer", Response.json({ hello: "world" }), 200],
    ["another program's error", Response.json({ error: { message: "x", code: "weird" } }, { status: 400 }), 400],
  ])("tells %s from GhostLLM's", async (_, answer, status) => {
    const { client } = clientAnswering(answer);
    await expect(client.users.list()).rejects.toMatchObject({ status, code: "unexpected_answer" });
  });

  it("says where nobody answers, and why", async () => {
    const refused = new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED 127.0.0.1:1") });
    const { client } = clientAnswering(refused);
    await expect(client.users.list()).rejects.toMatchObject({
      status: 0,
      code: "connection_failed",
      message: "No GhostLLM answers at http://ghost.test/: connect ECONNREFUSED 127.0.0.1:1",
    });
  });
});

describe("createTrustingClient", () => {
  const create = (options: ClientOptions) => createTrustingClient(adminRoutes, options);
  const html = () => new Response("<html>Sign in</html>", { headers: { "content-type": "text/html" } });

  it("asks as the other does, and takes an answer as it comes", async () => {
    const { client, sent } = answering(create, [Response.json({ id: 7, undone: false })]);
    expect(await client.users.remove({ params: { id: "a/b" } })).toEqual({ id: 7, undone: false });
    expect(sent.map(({ url, init }) => [init.method, url])).toEqual([
      ["DELETE", "http://ghost.test/admin/users/a%2Fb"],
    ]);
  });

  it("rejects with what the server said, and tells a page of HTML from an answer", async () => {
    const error = { message: "email: taken", type: "conflict_error", param: "email", code: "conflict" };
    const { client } = answering(create, [Response.json({ error }, { status: 409 }), html()]);
    await expect(client.users.list()).rejects.toMatchObject({ status: 409, code: "conflict", param: "email" });
    await expect(client.users.list()).rejects.toMatchObject({ status: 200, code: "unexpected_answer" });
  });
});

describe("a change that nobody has answered", () => {
  const again = (...answers: readonly (Response | Error)[]) => {
    const keys: (string | null)[] = [];
    const waiting = [...answers];
    const client = createClient({
      baseUrl: "http://ghost.test/",
      apiKey: "secret",
      repeats: 2,
      fetch: async (_url, init) => {
        keys.push(new Headers(init?.headers).get("idempotency-key"));
        const answer = waiting.shift();
        if (answer instanceof Response) return answer;
        throw answer ?? new Error("No answer left");
      },
    });
    return { client, keys };
  };
  const lost = () => new TypeError("fetch failed");

  it("is sent again with the same key, and each change has another one", async () => {
    const { client, keys } = again(lost(), removed(), removed());
    await client.users.remove({ params: { id: "a" } });
    await client.users.remove({ params: { id: "a" } });
    expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
  });

  it("is given up after so many times, and sent once where it may not be sent again", async () => {
    const { client, keys } = again(lost(), lost(), lost(), lost());
    await expect(client.users.remove({ params: { id: "a" } })).rejects.toMatchObject({ code: "connection_failed" });
    expect(keys).toHaveLength(3);
    const login = client.sessions.create({ body: { email: "a@b.c", password: "p" } });
    await expect(login).rejects.toMatchObject({ code: "connection_failed" });
    expect(keys).toHaveLength(4);
    expect(keys[3]).toBeNull();
  });

  it("says which version it is about, as the answer has told", async () => {
    const { client, sent } = clientAnswering(
      Response.json({ id: "x", deleted: true }, { headers: { etag: '"v1"' } }),
      removed(),
    );
    const seen = await client.users.remove({ params: { id: "x" } });
    await client.users.remove({ params: { id: "x" } }, { ifMatch: etagOf(seen), idempotencyKey: "mine" });
    const headers = new Headers(sent[1]?.init.headers);
    expect([headers.get("if-match"), headers.get("idempotency-key")]).toEqual(['"v1"', "mine"]);
    expect(new Headers(sent[0]?.init.headers).has("idempotency-key")).toBe(false);
  });
});
