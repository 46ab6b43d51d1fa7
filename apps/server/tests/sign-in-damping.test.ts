// Guessing a password over HTTP: whose address counts, behind proxies that are trusted and without any.

import { expect, it } from "vitest";
import { postJson, startAdminPlane } from "./admin-plane.ts";

const email = "ada@example.com";
const password = "correct horse battery";

async function startGuessing(trustedProxies: readonly string[]) {
  const plane = await startAdminPlane({ trustedProxies });
  await plane.admin.users.create({ body: { email, password, role: "admin" } });
  const attempt = (tried: string, forwardedFor: string) => {
    const headers = { "content-type": "application/json", "x-forwarded-for": forwardedFor };
    return fetch(`${plane.url}/admin/sessions`, { ...postJson({ email, password: tried }), headers });
  };
  return { plane, attempt };
}

it("a stranger behind a trusted proxy waits after some failures, at once as well, and the owner signs in meanwhile", async () => {
  const { plane, attempt } = await startGuessing(["loopback"]);
  try {
    const crowd = await Promise.all(Array.from({ length: 12 }, () => attempt("wrong", "203.0.113.1")));
    const judged = crowd.filter(({ status }) => status === 401);
    expect(judged.length).toBeLessThanOrEqual(5);
    for (let left = 5 - judged.length; left > 0; left -= 1)
      expect((await attempt("wrong", "203.0.113.1")).status).toBe(401);
    const refused = await attempt(password, "203.0.113.1");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(await refused.json()).toMatchObject({ error: { code: "rate_limit_exceeded" } });
    expect((await attempt(password, "198.51.100.1")).status).toBe(201);
  } finally {
    await plane.close();
  }
});

it("who names another address each time, without a proxy that is trusted, is one stranger all the same", async () => {
  const { plane, attempt } = await startGuessing([]);
  try {
    for (let tries = 0; tries < 5; tries += 1) expect((await attempt("wrong", `203.0.113.${tries}`)).status).toBe(401);
    expect((await attempt("wrong", "203.0.113.99")).status).toBe(429);
  } finally {
    await plane.close();
  }
});
