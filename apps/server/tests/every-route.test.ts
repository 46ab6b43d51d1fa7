// What every answer of the server has, whichever plane gives it and whatever it says.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askRoute, askRouteExactly, everyRoute } from "./support/every-route.ts";
import { decoded } from "./support/exact-answer.ts";
import { openRaw } from "./support/raw-socket.ts";
import { hello, helloStream, startStage } from "./support/stage.ts";
import type { Stage } from "./support/stage.ts";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const page = "https://app.example.com";
const console = "https://console.example.com";
const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const sdkHeaders = [
  "authorization",
  "content-type",
  "x-api-key",
  "x-goog-api-key",
  "x-goog-api-client",
  "anthropic-version",
  "anthropic-beta",
  "anthropic-dangerous-direct-browser-access",
  "openai-organization",
  "openai-project",
  "openai-beta",
  "idempotency-key",
  "user-agent",
  "x-stainless-arch",
  "x-stainless-lang",
  "x-stainless-os",
  "x-stainless-package-version",
  "x-stainless-retry-count",
  "x-stainless-runtime",
  "x-stainless-runtime-version",
  "x-stainless-timeout",
  "x-stainless-helper-method",
];

let upstream: FakeUpstream;
let server: WholeServer;
let closedServer: WholeServer;

beforeAll(async () => {
  upstream = await startFakeUpstream();
  const vendor = { OPENAI_API_KEY: "sk-vendor", OPENAI_BASE_URL: `${upstream.url}/v1`, GHOSTLLM_BODY_BYTES: "64KiB" };
  [server, closedServer] = await Promise.all([
    startWholeServer({
      ...vendor,
      GHOSTLLM_CORS_ORIGINS: `${page}, https://*.pages.example.com, http://localhost:*`,
      GHOSTLLM_CORS_ADMIN_ORIGINS: console,
    }),
    startWholeServer(vendor),
  ]);
});
afterAll(async () => {
  await Promise.all([server?.close(), closedServer?.close()]);
  await upstream?.close();
});

function preflightOf(method: string, origin: string, asked: Readonly<Record<string, string>> = {}): RequestInit {
  const headers = { origin, "access-control-request-method": method, ...asked };
  return { method: "OPTIONS", headers, body: null };
}

describe.each(everyRoute)("$name", (route) => {
  const ownOrigin = route.isOperators === true ? console : page;
  const otherOrigin = route.isOperators === true ? page : "https://elsewhere.example.com";

  it("has a request id, and can be read by a page of an allowed origin, with all of its headers", async () => {
    const response = await askRoute(server, route, { headers: { origin: ownOrigin, traceparent } });
    await response.arrayBuffer();
    const { headers } = response;
    expect(response.status).toBe(route.status);
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(headers.get("traceresponse")).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(headers.get("access-control-allow-origin")).toBe(ownOrigin);
    expect(headers.get("access-control-allow-credentials")).toBeNull();
    expect(headers.get("vary")?.split(", ")).toContain("Origin");
    const exposed = headers.get("access-control-expose-headers")?.split(", ");
    const ours = [...headers.keys()].filter((name) =>
      /^(?:x-(?!content-type|frame|accel)|retry-|allow$|trace)/.test(name),
    );
    expect(exposed).toEqual(expect.arrayContaining(ours));
  });

  it("is not opened to a page of another one", async () => {
    const response = await askRoute(server, route, { headers: { origin: otherOrigin } });
    await response.arrayBuffer();
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
    expect(response.headers.get("vary")?.split(", ")).toContain("Origin");
    const preflight = await askRoute(server, { ...route, key: "none" }, preflightOf(route.method, otherOrigin));
    expect(preflight.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("answers the preflight of all headers of official SDKs, without a key", async () => {
    const asked = {
      "access-control-request-headers": sdkHeaders.join(","),
      "access-control-request-private-network": "true",
    };
    const init = preflightOf(route.method, ownOrigin, asked);
    const { status, headers } = await askRoute(server, { ...route, key: "none" }, init);
    expect(status).toBe(204);
    expect(headers.get("access-control-allow-origin")).toBe(ownOrigin);
    expect(headers.get("access-control-allow-methods")?.split(", ")).toContain(route.method);
    expect(headers.get("access-control-allow-headers")?.split(", ")).toEqual(sdkHeaders);
    expect(headers.get("access-control-allow-private-network")).toBe("true");
    expect(headers.get("access-control-max-age")).toBe("7200");
    expect(headers.get("vary")?.split(", ")).toContain("Origin");
    expect(headers.get("x-request-id")).not.toBeNull();
  });

  it("says nothing to pages where no origin is configured, and tells its methods all the same", async () => {
    const response = await askRoute(closedServer, route, { headers: { origin: page } });
    await response.arrayBuffer();
    expect([...response.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const options = await askRoute(closedServer, { ...route, key: "none" }, preflightOf(route.method, page));
    await options.arrayBuffer();
    expect([...options.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
    const isKnown = options.headers.get("allow") !== null;
    expect(options.status).toBe(isKnown ? 204 : route.status);
    if (isKnown && route.status !== 405) expect(options.headers.get("allow")?.split(", ")).toContain(route.method);
  });

  it("is compressed where it is large, unless it is a stream, and says the same", async () => {
    const plain = await askRouteExactly(server, route);
    const coded = await askRouteExactly(server, route, { "accept-encoding": "gzip, br, zstd" });
    expect([plain.status, coded.status]).toEqual([route.status, route.status]);
    const isLarge = plain.bytes.length >= 2_048 && route.isStream !== true;
    expect(coded.headers["content-encoding"]).toBe(isLarge ? "zstd" : undefined);
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const lengths = [plain, coded].map((answer) => decoded(answer).length);
    // Ids and times may differ in length by a few digits, metrics by the requests in between.
    expect(Math.abs((lengths[0] ?? 0) - (lengths[1] ?? 0))).toBeLessThan(1_000);
    if (isLarge) expect(plain.headers.vary).toBe("Origin, Accept-Encoding");
  });

  const itOfGet = route.method === "GET" ? it : () => {};
  itOfGet("is answered to HEAD as to GET, without a body", async () => {
    const [got, asked] = await Promise.all([
      askRoute(server, route),
      askRoute(server, { ...route }, { method: "HEAD" }),
    ]);
    await got.arrayBuffer();
    expect(asked.status).toBe(got.status);
    expect(await asked.text()).toBe("");
    expect(asked.headers.get("content-type")).toBe(got.headers.get("content-type"));
    expect(asked.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("an origin", () => {
  const [chat] = everyRoute;
  const allowed = async (origin: string): Promise<string | null> => {
    if (chat === undefined) throw new Error("there are routes");
    const response = await askRoute(server, { ...chat, key: "none" }, preflightOf("POST", origin));
    return response.headers.get("access-control-allow-origin");
  };

  it.each([
    ["https://a.pages.example.com", true],
    ["https://a.b.pages.example.com", true],
    ["https://pages.example.com", false],
    ["https://a-pages.example.com", false],
    ["https://evil.com/.pages.example.com", false],
    ["https://evil.com#.pages.example.com", false],
    ["http://a.pages.example.com", false],
    ["https://a.pages.example.com.evil.com", false],
    ["https://a.pages.example.com:8443", false],
    ["http://localhost", true],
    ["http://localhost:5173", true],
    ["http://localhost:5173.evil.com", false],
    ["https://localhost:5173", false],
    ["https://app.example.com.evil.com", false],
    ["http://app.example.com", false],
    ["null", false],
  ])("%s is allowed as it was configured: %s", async (origin, isAllowed) => {
    expect(await allowed(origin)).toBe(isAllowed ? origin : null);
  });

  it.each(["/%61dmin/users", "//admin/users", "/admin%2Fusers", "/%", "/%6detrics"])(
    "does not open %s, which may be for operators",
    async (path) => {
      const response = await fetch(server.url + path, { headers: { origin: page } });
      await response.arrayBuffer();
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    },
  );

  it("may not write what proxies tell", async () => {
    if (chat === undefined) throw new Error("there are routes");
    const asked = { "access-control-request-headers": "x-forwarded-for, Forwarded, x-real-ip, x-api-key, b\u00e4d" };
    const response = await askRoute(server, chat, preflightOf("POST", page, asked));
    expect(response.headers.get("access-control-allow-headers")).toBe("x-api-key");
  });
});

describe("all origins", () => {
  let open: Stage;

  beforeAll(async () => {
    open = await startStage({
      edge: {
        cors: { origins: ["*"], adminOrigins: [], credentials: false, maxAgeSeconds: 60 },
        trustedProxies: { addresses: ["loopback"], header: "auto" },
      },
    });
  });
  afterAll(() => open.close());

  it("may call the model API without cookies, and nothing that is for operators", async () => {
    const headers = { origin: "https://anybody.example.com" };
    const chat = await open.post(hello, undefined, { headers });
    expect(await chat.text()).toContain("You said");
    expect(chat.headers.get("access-control-allow-origin")).toBe("*");
    expect(chat.headers.get("access-control-allow-credentials")).toBeNull();
    for (const path of ["/metrics", "/status", "/admin/users"]) {
      const response = await fetch(open.gateway.url + path, { headers });
      await response.arrayBuffer();
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  it("are answered in streams and errors, too, in whatever dialect", async () => {
    const headers = { origin: "null" };
    const asked = [
      open.post(helloStream, undefined, { headers }),
      open.post({ ...hello, model: "nobody" }, "/v1/messages", { headers }),
      open.post("{", "/api/chat", { headers }),
      fetch(`${open.gateway.url}/v1beta/models`, { headers }),
    ];
    const answered = await Promise.all(asked);
    for (const response of answered) {
      await response.arrayBuffer();
      expect(response.headers.get("access-control-allow-origin")).toBe("*");
    }
    expect(answered.map(({ status }) => status)).toEqual([200, 404, 400, 401]);
  });
});

it("who came by TLS to a trusted proxy is held to it, and nobody else", async () => {
  const proxied = await startWholeServer({ SERVER_TRUSTED_PROXIES: "loopback", SERVER_HSTS_SECONDS: "60" });
  const told = async (path: string, headers: Readonly<Record<string, string>>) => {
    const response = await fetch(proxied.url + path, { headers });
    await response.arrayBuffer();
    return response.headers.get("strict-transport-security");
  };
  for (const path of ["/health/live", "/docs/json", "/v1/models"]) {
    expect(await told(path, { "x-forwarded-proto": "https" })).toBe("max-age=60");
    expect(await told(path, { forwarded: "for=203.0.113.7;proto=https" })).toBe("max-age=60");
    expect(await told(path, { "x-forwarded-proto": "http" })).toBeNull();
    expect(await told(path, {})).toBeNull();
  }
  await proxied.close();
});

it("the server as a whole is asked for its methods, too", async () => {
  const connection = await openRaw(server.url);
  connection.send("OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n");
  const text = await connection.until((received) => received.includes("\r\n\r\n"));
  connection.destroy();
  expect(text).toMatch(/^HTTP\/1\.1 204 /);
  const allowed = /\r\nallow: ([A-Z, ]+)\r\n/i.exec(text)?.[1]?.split(", ");
  expect(allowed).toEqual(expect.arrayContaining(["HEAD", "GET", "POST", "DELETE", "OPTIONS"]));
});
