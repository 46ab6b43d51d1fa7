// What an issuer's answer must not do: forged tokens, answers to others, and the server sent where it may not ask.

import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { openAsk } from "./sign-in-support/ask.ts";
import { Browser } from "./sign-in-support/browser.ts";
import { client, FakeIssuer } from "./sign-in-support/fake-issuer.ts";

const asker = openAsk();
let plane: AdminPlane;
let issuer: FakeIssuer;
let methodId: string;
let serial = 0;

beforeAll(async () => {
  plane = await startAdminPlane({ ask: asker.ask });
});
afterAll(async () => {
  await plane.close();
  await asker.close();
});

async function addMethod(url: string): Promise<string> {
  serial += 1;
  const given = { label: `Issuer ${serial}`, issuer: url, client_id: client.id, client_secret: client.secret };
  return (await plane.admin.signInMethods.create({ body: { ...given, provision_domains: ["example.com"] } })).id;
}

beforeEach(async () => {
  issuer = await FakeIssuer.start();
  methodId = await addMethod(issuer.url);
  issuer.claims = { sub: `subject ${serial}`, email: `${serial}@example.com`, email_verified: true };
  return async () => {
    await plane.store.signIn.remove(methodId);
    await issuer.close();
  };
});

/** Nobody has come in, and the words are such as help. */
async function expectRefusal({ status, body }: { status: number; body: unknown }, expected: number, words: string) {
  expect([status, JSON.stringify(body)]).toEqual([expected, expect.stringContaining(words)]);
  const { data } = await plane.admin.users.list({ query: { limit: 500 } });
  expect(data.map(({ email }) => email)).not.toContain(issuer.claims["email"]);
}

describe("an answer", () => {
  it.each([
    ["another state", { state: "x".repeat(43) }, 400, "none to a sign-in"],
    ["no state", { state: null }, 400, "none to a sign-in"],
    ["another issuer, as it is mixed up with", { iss: "https://evil.example.com" }, 400, "none to a sign-in"],
    ["no issuer, where it has promised one", { iss: null }, 400, "none to a sign-in"],
    ["a code that it never gave", { code: "made up" }, 400, "used up"],
    ["no code", { code: null }, 400, "none to a sign-in"],
    ["that it did not let anybody in", { code: null, error: "access_denied" }, 403, "did not let you in"],
  ])("with %s is refused", async (_, changed, status, words) => {
    const browser = new Browser(plane.url);
    const url = issuer.authorize(await browser.begin(methodId), changed);
    await expectRefusal(await browser.finish(url), status, words);
    expect((await browser.me()).status).toBe(401);
  });

  it("counts once", async () => {
    const browser = new Browser(plane.url);
    const begun = await browser.begin(methodId);
    const attempt = new Map(browser.cookies);
    const url = issuer.authorize(begun);
    expect((await browser.finish(url)).status).toBe(201);
    expect((await browser.finish(url)).body).toMatchObject({
      error: { message: expect.stringContaining("done already") },
    });
    // With what the browser has kept, put back: the issuer knows the code no more.
    const thief = new Browser(plane.url);
    for (const [name, value] of attempt) thief.cookies.set(name, value);
    expect((await thief.finish(url)).body).toMatchObject({ error: { message: expect.stringContaining("used up") } });
    expect((await thief.me()).status).toBe(401);
  });

  it("counts in the browser that has begun alone", async () => {
    const [victim, attacker] = [new Browser(plane.url), new Browser(plane.url)];
    const url = issuer.authorize(await attacker.begin(methodId));
    await expectRefusal(await victim.finish(url), 400, "not begun in this browser");
    await victim.begin(methodId);
    await expectRefusal(await victim.finish(url), 400, "none to a sign-in");
  });

  it("counts for ten minutes", async () => {
    const browser = new Browser(plane.url);
    const url = issuer.authorize(await browser.begin(methodId));
    plane.clock.nowMs += 10 * 60_000;
    await expectRefusal(await browser.finish(url), 400, "ten minutes");
  });

  it("counts for the issuer that it was begun with", async () => {
    const evil = await FakeIssuer.start();
    const evilMethod = await addMethod(evil.url);
    evil.claims = issuer.claims;
    const browser = new Browser(plane.url);
    // Begun at the honest one, whose state and code the other hands in as its own.
    const honest = new URL(await browser.begin(methodId));
    await expectRefusal(await browser.finish(evil.authorize(honest.href)), 400, "none to a sign-in");
    const other = issuer.authorize(await browser.begin(evilMethod));
    await expectRefusal(await browser.finish(other), 400, "none to a sign-in");
    expect(evil.asked.filter(({ path }) => path === "/token")).toEqual([]);
    await evil.close();
  });

  it("comes to the page that was named, and to no other", async () => {
    const browser = new Browser(plane.url);
    const url = issuer.authorize(await browser.begin(methodId));
    await expectRefusal(await browser.finish(url.replace("/console/sign-in/return", "/elsewhere")), 400, "not begun");
  });

  it("is taken from pages of this server alone", async () => {
    const browser = new Browser(plane.url);
    const url = issuer.authorize(await browser.begin(methodId));
    const foreign = { origin: "https://evil.example.com", "sec-fetch-site": "cross-site" };
    expect((await browser.send("POST", "/admin/sign-in/finish", { url }, foreign)).status).toBe(403);
    const body = { method: methodId, return_url: browser.returnUrl };
    expect((await browser.send("POST", "/admin/sign-in/begin", body, foreign)).status).toBe(403);
    expect((await browser.finish(url)).status).toBe(201);
  });
});

describe("a token", () => {
  const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;

  it.each([
    ["for another client", { claims: { aud: "another" } }, "another application"],
    [
      "for several clients, of which another is meant",
      { claims: { aud: [client.id, "x"], azp: "x" } },
      "another application",
    ],
    ["of another issuer", { claims: { iss: "https://evil.example.com" } }, "another application"],
    ["with another nonce", { claims: { nonce: "x" } }, "another application"],
    ["that has expired", { claims: { exp: seconds(-120), iat: seconds(-400) } }, "what time it is"],
    ["from the future", { claims: { nbf: seconds(600) } }, "what time it is"],
    ["without a signature", { alg: "none" as const }, "proves nothing"],
    ["signed with what everybody knows", { alg: "HS256" as const }, "proves nothing"],
    ["signed with a key that was never published", { isUnpublished: true }, "proves nothing"],
    ["without a subject", { claims: { sub: undefined } }, "proves nothing"],
  ])("%s is refused", async (_, forgery, words) => {
    issuer.forgery = forgery;
    const browser = new Browser(plane.url);
    const answer = await browser.finish(issuer.authorize(await browser.begin(methodId)));
    expect(JSON.stringify(answer.body)).toContain(words);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect((await browser.me()).status).toBe(401);
  });

  it("may be of a clock that is a little ahead or behind", async () => {
    for (const ms of [-50, 50]) {
      issuer.forgery = { claims: { iat: seconds(ms), exp: seconds(ms < 0 ? -45 : 300) } };
      const browser = new Browser(plane.url);
      expect((await browser.finish(issuer.authorize(await browser.begin(methodId)))).status).toBe(201);
    }
  });

  it("is known by a new key of its issuer at once", async () => {
    const signIn = async () => {
      const browser = new Browser(plane.url);
      return (await browser.finish(issuer.authorize(await browser.begin(methodId)))).status;
    };
    expect(await signIn()).toBe(201);
    await issuer.rotateKeys();
    expect(await signIn()).toBe(201);
    const asked = () => issuer.asked.filter(({ path }) => path === "/keys").length;
    const before = asked();
    expect([await signIn(), asked() - before]).toEqual([201, 0]);
  });

  it("and what else an issuer says are in no log", async () => {
    issuer.forgery = { claims: { nonce: "a nonce that nobody sees", email: "secret@example.com" } };
    const browser = new Browser(plane.url);
    await browser.finish(issuer.authorize(await browser.begin(methodId)));
    const logged = plane.logged.filter(({ message }) => message.includes("issuer"));
    expect(logged.length).toBeGreaterThan(0);
    expect(JSON.stringify(logged)).not.toMatch(/eyJ|nobody sees|secret@|access token/);
  });
});

describe("where an issuer leads", () => {
  it.each(["https://evil.example.com/console/sign-in/return", "http://127.0.0.1:1/console/sign-in/return"])(
    "is never a page of another server: %s",
    async (return_url) => {
      const { status } = await new Browser(plane.url).send("POST", "/admin/sign-in/begin", {
        method: methodId,
        return_url,
      });
      expect(status).toBe(400);
    },
  );

  it.each(["//evil.example.com", "https://evil.example.com", "/\\evil.example.com", "javascript:alert(1)", ""])(
    "is then a path of the console, and not %s",
    async (to) => {
      const browser = new Browser(plane.url);
      const body = { method: methodId, return_url: browser.returnUrl, to };
      expect((await browser.send("POST", "/admin/sign-in/begin", body)).status).toBe(400);
    },
  );

  it("is no script", async () => {
    issuer.metadata = { authorization_endpoint: "javascript:alert(document.cookie)//" };
    const browser = new Browser(plane.url);
    const body = { method: methodId, return_url: browser.returnUrl };
    const answer = await browser.send("POST", "/admin/sign-in/begin", body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(JSON.stringify(answer.body)).not.toContain("javascript:");
  });
});

describe("whom the server asks for an issuer", () => {
  const create = (url: string) => addMethod(url);

  it.each([
    "http://169.254.169.254/latest/meta-data",
    "https://metadata.google.internal/",
    "https://[fd00:ec2::254]/",
    "http://issuer.example.com",
    "https://user:password@issuer.example.com",
    "https://issuer.example.com/?x=1",
    "ftp://issuer.example.com",
  ])("is not %s", async (url) => {
    await expect(create(url)).rejects.toMatchObject({ status: 400, param: "issuer" });
  });

  it("is what the rules allow, also for what an issuer names as its own addresses", async () => {
    const token = await FakeIssuer.start();
    const narrow = openAsk({ allowPrivate: true, allow: [], deny: [new URL(token.url).host] });
    const guarded = await startAdminPlane({ ask: narrow.ask });
    const given = { label: "Issuer", issuer: issuer.url, client_id: client.id, client_secret: client.secret };
    const { id } = await guarded.admin.signInMethods.create({ body: given });
    issuer.metadata = { token_endpoint: `${token.url}/token` };
    const browser = new Browser(guarded.url);
    const answer = await browser.finish(issuer.authorize(await browser.begin(id)));
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([503, expect.stringContaining("may not be asked")]);
    expect(token.asked).toEqual([]);
    for (const part of [guarded, narrow, token]) await part.close();
  });

  it("does not follow where it is led", async () => {
    const { createServer } = await import("node:http");
    const moved = createServer((_, response) => response.writeHead(302, { location: issuer.url }).end());
    await new Promise<void>((resolve) => moved.listen(0, "127.0.0.1", resolve));
    const address = moved.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const id = await create(`http://127.0.0.1:${port}`);
    issuer.asked.length = 0;
    const test = await plane.admin.signInMethods.test({ params: { id } });
    expect(test).toMatchObject({ ok: false, issuer: null });
    expect(issuer.asked).toEqual([]);
    moved.close();
  });

  it("is the issuer that names itself so", async () => {
    issuer.metadata = { issuer: "https://somebody-else.example.com" };
    const { ok, fault } = await plane.admin.signInMethods.test({ params: { id: methodId } });
    expect([ok, fault]).toEqual([false, expect.stringContaining("names itself otherwise")]);
    issuer.metadata = {};
    expect(await plane.admin.signInMethods.test({ params: { id: methodId } })).toEqual({
      ...{ ok: true, fault: null, issuer: issuer.url, signs_out: true },
    });
  });
});

describe("the secret of a client", () => {
  it("is in no answer, and in the database under lock and key", async () => {
    const shown = JSON.stringify(await plane.admin.signInMethods.list({ query: { limit: 500 } }));
    expect(shown).not.toContain(client.secret);
    const rows = JSON.stringify(await plane.store.database.kysely.selectFrom("sign_in_methods").selectAll().execute());
    expect(rows).not.toContain(client.secret);
    expect(JSON.stringify(plane.logged)).not.toContain(client.secret);
  });

  it("does not go with an address that is changed", async () => {
    const other = await FakeIssuer.start();
    const move = (body: object) =>
      plane.admin.signInMethods.update({ params: { id: methodId }, body: { issuer: other.url, ...body } });
    await expect(move({})).rejects.toMatchObject({ status: 400, param: "client_secret" });
    expect((await move({ client_secret: "another" })).issuer).toBe(other.url);
    await other.close();
  });

  it("of another one is told as such", async () => {
    await plane.admin.signInMethods.update({ params: { id: methodId }, body: { client_secret: "wrong" } });
    const browser = new Browser(plane.url);
    const answer = await browser.finish(issuer.authorize(await browser.begin(methodId)));
    expect([answer.status, JSON.stringify(answer.body)]).toEqual([403, expect.stringContaining("id or the secret")]);
  });
});

describe("a method that is switched off or deleted", () => {
  it.each(["switched off", "deleted"])("has no sessions: %s", async (how) => {
    const browser = new Browser(plane.url);
    await browser.finish(issuer.authorize(await browser.begin(methodId)));
    expect((await browser.me()).status).toBe(200);
    const params = { id: methodId };
    if (how === "deleted") await plane.admin.signInMethods.remove({ params });
    else await plane.admin.signInMethods.update({ params, body: { is_active: false } });
    expect((await browser.me()).status).toBe(401);
  });
});
