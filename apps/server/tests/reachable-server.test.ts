// A server that other machines can reach: who may look at metrics and status there, and which secrets are too little for it.

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConfig } from "#config/load.ts";
import { startWholeServer, wholeAdminKey } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const token = "dGhpcyBpcyBub3QgYSByZWFsIHRva2Vu-9xK";
const everywhere = { SERVER_HOST: "0.0.0.0" };

function look({ url }: WholeServer, path: string, headers: Readonly<Record<string, string>> = {}, method = "GET") {
  return fetch(url.replace("0.0.0.0", "127.0.0.1") + path, { headers, method });
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

describe("metrics and status of a server that other machines reach", () => {
  let server: WholeServer;
  beforeAll(async () => {
    server = await startWholeServer({ ...everywhere, GHOSTLLM_METRICS_TOKEN: token });
  });
  afterAll(() => server.close());

  describe.each(["/metrics", "/status"])("%s", (path) => {
    it.each([
      ["nobody", {}],
      ["a wrong token", bearer("wrong")],
      ["a part of the token", bearer(token.slice(0, -1))],
      ["the token in the URL", {}],
      ["an unknown key", bearer(`gk-000000000000-${"0".repeat(64)}`)],
      ["basic authentication", { authorization: `Basic ${btoa(`x:${token}`)}` }],
    ])("refuses %s with 401, by GET and HEAD", async (who, headers) => {
      for (const method of ["GET", "HEAD"]) {
        const asked = who === "the token in the URL" ? `${path}?token=${token}&key=${token}` : path;
        const response = await look(server, asked, headers, method);
        expect(response.status).toBe(401);
        expect(response.headers.get("www-authenticate")).toBe("Bearer");
        const text = await response.text();
        expect(text).not.toMatch(/ghostllm_requests|providers/);
        if (method === "GET") expect(JSON.parse(text)).toMatchObject({ error: { code: "invalid_api_key" } });
      }
    });

    it("opens to the token, to an admin key, and to an administrator's key, not to a user's", async () => {
      for (const key of [token, wholeAdminKey, server.apiKey])
        expect((await look(server, path, bearer(key))).status).toBe(200);
      const email = `user${path.length}@example.com`;
      const { id: user_id } = await admin().users.create({ body: { email } });
      const { key } = await admin().apiKeys.create({ body: { name: "k", user_id } });
      expect((await look(server, path, bearer(key))).status).toBe(403);
    });
  });

  const admin = () => server.admin;

  it("leaves health open, for those who balance the load", async () => {
    for (const path of ["/health", "/health/live", "/health/ready"])
      expect((await look(server, path)).status).toBe(200);
  });
});

it.each([
  ["on this machine alone", {}, 200],
  ["on this machine alone, with a token", { GHOSTLLM_METRICS_TOKEN: token }, 401],
  ["everywhere, without a token", everywhere, 401],
  ["everywhere, configured open", { ...everywhere, GHOSTLLM_METRICS_OPEN: "true" }, 200],
])("metrics of a server that listens %s", async (_where, environment, status) => {
  const server = await startWholeServer(environment);
  try {
    for (const path of ["/metrics", "/status"]) expect((await look(server, path)).status).toBe(status);
  } finally {
    await server.close();
  }
});

it("who comes through a trusted proxy from elsewhere is not on this machine", async () => {
  const server = await startWholeServer({ SERVER_TRUSTED_PROXIES: "loopback" });
  try {
    expect((await look(server, "/metrics")).status).toBe(200);
    expect((await look(server, "/metrics", { "x-forwarded-for": "203.0.113.1" })).status).toBe(401);
    expect((await look(server, "/status", { forwarded: "for=203.0.113.1", ...bearer(wholeAdminKey) })).status).toBe(
      200,
    );
  } finally {
    await server.close();
  }
});

describe("secrets that are easy to guess", () => {
  const load = (environment: Readonly<Record<string, string>>) => loadConfig({ environment, cwd: "/nonexistent" });
  const names = ["ADMIN_API_KEY", "JWT_SECRET", "ENCRYPTION_KEY", "GHOSTLLM_METRICS_TOKEN"];
  const weak = ["changeme", "admin-admin-admin-admin", "12345678901234567890123456789012", "a".repeat(64)];

  it.each(names)("%s is refused where other machines reach the server, and only there", (name) => {
    for (const value of weak) {
      for (const host of ["0.0.0.0", "::", "192.168.1.10", "gateway.example.com"])
        expect(() => load({ [name]: value, SERVER_HOST: host })).toThrow(
          new RegExp(`${name}: .*easy to guess.*openssl`),
        );
      for (const host of ["127.0.0.1", "::1", "localhost", "127.1.2.3"])
        expect(load({ [name]: value, SERVER_HOST: host }).server.host).toBe(host);
      expect(() => load({ [name]: value, SERVER_TRUSTED_PROXIES: "10.0.0.1" })).toThrow(/easy to guess/);
    }
  });

  it.each(names)("%s is taken where it is random", (name) => {
    for (const value of [token, "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"])
      expect(() => load({ [name]: value, SERVER_HOST: "0.0.0.0" })).not.toThrow();
  });

  it("are refused in the file as well, and never quoted", () => {
    const yaml = 'server: { host: "0.0.0.0" }\nadmin: { api_key: changeme-please }\n';
    const readFile = (path: string) => (path.endsWith(".yaml") ? { text: yaml, isPublic: false } : null);
    const read = () => loadConfig({ environment: {}, cwd: "/srv", readFile });
    expect(read).toThrow(/ghostllm\.yaml:2.*easy to guess/);
    expect(read).not.toThrow(/changeme-please/);
  });
});
