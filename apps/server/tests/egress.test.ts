// Whom the server asks, over real connections: addresses are looked at when they are connected to, redirects lead nowhere, and
// what is stored for one host goes to no other.

import { createServer } from "node:http";
import type { IncomingHttpHeaders, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "#config/load.ts";
import { ConfigError } from "#config/problems.ts";
import { systemClock } from "#domain/clock.ts";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import type { EgressSettings } from "#domain/egress/egress.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import { fetchJson } from "#gateway/upstream/fetch-json.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { startProxy } from "./support/proxy.ts";
import { chatPath, hello, helloStream, postJson, readError } from "./support/stage.ts";
import { usesUndici } from "./support/way-to-vendors.ts";
import { startWholeServer } from "./support/whole-server.ts";

const timeouts = loadConfig({ environment: {}, cwd: "/nonexistent" }).timeouts;

describe("where a name leads", () => {
  let vendor: FakeUpstream;
  let gateway: TestGateway;
  /** What the name has, look by look; the last stays. */
  let addresses: readonly (readonly string[])[] = [];
  let looks = 0;

  const clientWith = (egress: Partial<EgressSettings> = {}) =>
    createUpstreamClient(timeouts, direct, {
      usesUndici,
      egress: new Egress({ ...usualEgress, ...egress }),
      resolve(_name, _options, answer) {
        const found = addresses[Math.min(looks, addresses.length - 1)] ?? [];
        looks += 1;
        answer(
          null,
          found.map((address) => ({ address, family: address.includes(":") ? 6 : 4 })),
        );
      },
    });

  beforeEach(async () => {
    vendor = await startFakeUpstream();
    looks = 0;
  });
  afterEach(async () => {
    await gateway.close();
    await vendor.close();
  });

  async function start(egress: Partial<EgressSettings> = {}) {
    const provider = makeProvider("openai", `http://vendor.test:${new URL(vendor.url).port}/v1`);
    const snapshot = makeSnapshot({ targets: [makeTarget(provider, "fake-model")] });
    gateway = await startGateway(snapshot, { upstream: clientWith(egress) });
  }
  const ask = (body: object = hello) => postJson(gateway.url + chatPath, body);

  it.each(["169.254.169.254", "::ffff:169.254.169.254", "fe80::1", "fd00:ec2::254"])(
    "is nowhere where that is %s: nothing is sent, and nobody tries again",
    async (address) => {
      addresses = [[address]];
      await start();
      for (const body of [hello, helloStream]) {
        const response = await ask(body);
        expect(response.status).toBe(502);
        expect(response.headers.get("x-should-retry")).toBe("false");
        expect((await readError(response)).message).toBe("openai: its address is none that this server may ask.");
      }
      expect(looks).toBe(2);
      expect(vendor.received).toEqual([]);
      expect(gateway.records.map(({ errorCode, costNanos }) => [errorCode, costNanos])).toEqual([
        ["provider_error", null],
        ["provider_error", null],
      ]);
    },
  );

  it("is looked at for every connection, so that it cannot change behind the check", async () => {
    addresses = [["127.0.0.1"], ["169.254.169.254"]];
    await start();
    vendor.script({ kind: "drop-after" });
    expect((await ask()).status).toBe(200);
    await vendor.waitUntil(() => vendor.openSockets() === 0);
    expect((await ask()).status).toBe(502);
    expect(vendor.received).toHaveLength(1);
  });

  it("is the address that may be asked, where there are others beside", async () => {
    addresses = [["169.254.169.254", "127.0.0.1", "fe80::1"]];
    await start();
    expect((await ask()).status).toBe(200);
  });

  it("is not on this machine, where private addresses are ruled out, unless it is named", async () => {
    addresses = [["127.0.0.1"]];
    await start({ allowPrivate: false });
    expect((await ask()).status).toBe(502);
    await gateway.close();
    await start({ allowPrivate: false, allow: ["127.0.0.1"] });
    expect((await ask()).status).toBe(200);
  });

  it("does not matter for an address that stands in the URL: that is looked at itself", async () => {
    await start({ deny: ["127.0.0.0/8"] });
    const provider = makeProvider("openai", `${vendor.url}/v1`);
    gateway.swap(makeSnapshot({ targets: [makeTarget(provider, "fake-model")] }));
    expect((await ask()).status).toBe(502);
    expect(vendor.received).toEqual([]);
  });
});

describe("a redirect", () => {
  it("is followed by no request, no list of models and no list of prices", async () => {
    const vendor = await startFakeUpstream();
    const location = `${vendor.url}/v1/models`;
    vendor.script({ kind: "answer", status: 307, headers: { location } });
    const gateway = await startGateway(
      makeSnapshot({ targets: [makeTarget(makeProvider("openai", `${vendor.url}/v1`), "fake-model")] }),
    );
    try {
      expect((await postJson(gateway.url + chatPath, hello)).status).toBe(502);
      const before = vendor.received.length;
      const { upstream: client } = gateway.deps;
      const sources = { client, authenticator: createAuthenticator({ client, clock: systemClock }) };
      const answer = await fetchJson(sources, { url: `${vendor.url}/prices.json`, provider: null, timeoutMs: 1_000 });
      expect(answer.status).toBe(307);
      expect(vendor.received).toHaveLength(before + 1);
    } finally {
      await gateway.close();
      await vendor.close();
    }
  });
});

describe("through a proxy", () => {
  it("addresses in URLs are looked at as well, and the proxy itself is none of metadata", async () => {
    const proxy = await startProxy({ ports: {} });
    const environment = { HTTP_PROXY: proxy.url, GHOSTLLM_PROXY_LOOPBACK: "true" };
    const { network } = loadConfig({ environment, cwd: "/nonexistent" });
    const targets = [
      "http://169.254.169.254/v1",
      "https://[fd00:ec2::254]/v1",
      "http://metadata.google.internal/v1",
    ].map((baseUrl, index) =>
      makeTarget(makeProvider("openai", baseUrl, { id: `${index}`, name: `p${index}` }), `m${index}`),
    );
    const gateway = await startGateway(makeSnapshot({ targets }), {
      upstream: createUpstreamClient(timeouts, network),
    });
    try {
      for (const { model } of targets)
        expect((await postJson(gateway.url + chatPath, { ...hello, model })).status).toBe(502);
      expect(proxy.seen).toEqual([]);
      for (const url of ["http://169.254.169.254:3128", "2852039166:3128"])
        expect(() => loadConfig({ environment: { HTTPS_PROXY: url }, cwd: "/nonexistent" })).toThrow(ConfigError);
    } finally {
      await gateway.close();
      await proxy.close();
    }
  });
});

const refused: readonly (readonly [what: string, url: string])[] = [
  ["metadata", "http://169.254.169.254/v1"],
  ["metadata as a number", "http://2852039166/v1"],
  ["metadata in hexadecimal", "http://0xA9FEA9FE/v1"],
  ["metadata in octal", "http://0251.0376.0251.0376/v1"],
  ["metadata mapped into IPv6", "http://[::ffff:169.254.169.254]/v1"],
  ["metadata of IPv6", "http://[fd00:ec2::254]/v1"],
  ["a link's own", "http://[fe80::1]/v1"],
  ["metadata by name", "http://metadata.google.internal/v1"],
  ["metadata by a full name", "http://Metadata.Google.Internal./v1"],
  ["a user", "https://user@api.example.com/v1"],
  ["a password", "https://user:secret@api.example.com/v1"],
  ["a query", "https://api.example.com/v1?a=b"],
  ["a fragment", "https://api.example.com/v1#a"],
  ["a line break", "https://api.example.com/v1\r\nx: y"],
  ["a tab", "https://api.exa\tmple.com/v1"],
  ["a zero", "https://api.example.com/\u0000v1"],
  ["a backslash", "https://api.example.com\\@evil.example/v1"],
  ["another scheme", "file:///etc/passwd"],
];

describe("one validator", () => {
  let plane: AdminPlane;
  beforeAll(async () => {
    plane = await startAdminPlane();
  });
  afterAll(() => plane.close());

  it.each(refused)("refuses a base URL with %s, in the admin API", async (_what, base_url) => {
    const body = { provider_type: "openai", api_key: "sk-x", base_url };
    await expect(plane.admin.providers.create({ body })).rejects.toMatchObject({ status: 400, param: "base_url" });
    const made = await plane.admin.providers.create({ body: { ...body, name: `p${Math.random()}`, base_url: null } });
    const change = plane.admin.providers.update({ params: { id: made.id }, body: { base_url, api_key: "sk-y" } });
    await expect(change).rejects.toMatchObject({ status: 400, param: "base_url" });
    expect((await plane.admin.providers.get({ params: { id: made.id } })).base_url).toBeNull();
  });

  it.each(refused)("refuses a base URL with %s, in the file and in a variable", (_what, url) => {
    const yaml = `providers:\n  - type: openai\n    api_key: sk-x\n    base_url: ${JSON.stringify(url)}\n`;
    const readFile = (path: string) => (path.endsWith(".yaml") ? { text: yaml, isPublic: false } : null);
    expect(() => loadConfig({ environment: {}, cwd: "/srv", readFile })).toThrow(/base_url/);
    const environment = { OPENAI_API_KEY: "sk-x", OPENAI_BASE_URL: url };
    expect(() => loadConfig({ environment, cwd: "/nonexistent" })).toThrow(/OPENAI_BASE_URL/);
  });

  it.each(["evil.example/x?", "evil.example#", "x@evil.example:1/", "a.b", "a\nb"])(
    "refuses a region that would be another host: %s",
    async (region) => {
      const body = { provider_type: "bedrock", api_key: "AKIAIOSFODNN7EXAMPLE:wJal", settings: { region } };
      await expect(plane.admin.providers.create({ body })).rejects.toMatchObject({
        status: 400,
        param: "settings.region",
      });
      const environment = { AWS_BEARER_TOKEN_BEDROCK: "k", AWS_REGION: region };
      expect(() => loadConfig({ environment, cwd: "/nonexistent" })).toThrow(/AWS_REGION/);
    },
  );

  it("knows the operator's lists", () => {
    const environment = { GHOSTLLM_EGRESS_DENY: "evil.example", GHOSTLLM_EGRESS_ALLOW_PRIVATE: "false" };
    const load = (more: Readonly<Record<string, string>>) =>
      loadConfig({ environment: { ...environment, ...more }, cwd: "/nonexistent" });
    expect(() => load({ OPENAI_BASE_URL: "https://a.evil.example/v1", OPENAI_API_KEY: "k" })).toThrow(/egress\.deny/);
    expect(() => load({ OLLAMA_BASE_URL: "http://127.0.0.1:11434" })).toThrow(/egress\.allow_private/);
    expect(() => load({ GHOSTLLM_PRICES_SOURCE: "https://evil.example/prices.json" })).toThrow(/egress\.deny/);
    expect(() => load({ GHOSTLLM_PRICES_SOURCE: "https://u:p@example.com/prices.json" })).toThrow(/credential/);
    expect(() => load({ GHOSTLLM_EGRESS_ALLOW: "https://x.example" })).toThrow(/EGRESS_ALLOW/);
  });
});

it("the vendor's own address is looked at as well, with its settings in it", async () => {
  const plane = await startAdminPlane({
    egress: { ...usualEgress, deny: ["api.openai.com", "*.us-east-1.amazonaws.com"] },
  });
  const create = (body: { provider_type: string; settings?: Record<string, string> }) =>
    plane.admin.providers.create({ body: { api_key: "AKIAIOSFODNN7EXAMPLE:wJal", ...body } });
  try {
    await expect(create({ provider_type: "openai" })).rejects.toMatchObject({ status: 400, param: "base_url" });
    await expect(create({ provider_type: "bedrock" })).rejects.toMatchObject({ status: 400, param: "base_url" });
    const { id } = await create({ provider_type: "bedrock", settings: { region: "eu-west-1" } });
    const body = { settings: { region: "us-east-1" }, api_key: "AKIAIOSFODNN7EXAMPLE:wJal" };
    const moved = plane.admin.providers.update({ params: { id }, body });
    await expect(moved).rejects.toMatchObject({ status: 400, param: "base_url" });
  } finally {
    await plane.close();
  }
});

describe("a stored credential", () => {
  let plane: AdminPlane;
  let stranger: Server;
  let heard: IncomingHttpHeaders[];
  let strangersUrl: string;

  beforeAll(async () => {
    plane = await startAdminPlane();
    stranger = createServer((request, response) => {
      heard.push(request.headers);
      response.end("{}");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    strangersUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    heard = [];
  });
  afterAll(async () => {
    await plane.close();
    stranger.close();
  });

  const make = (more: object = {}) =>
    plane.admin.providers.create({
      body: { provider_type: "openai", name: `p${Math.random()}`, api_key: "sk-of-the-vendor-0123456789", ...more },
    });
  const credentialOf = (name: string) => plane.snapshots.current().providers.get(name)?.credential?.reveal();

  it.each([
    ["another host", { base_url: "https://evil.example/v1" }],
    ["another scheme", { base_url: "http://api.openai.com/v1" }],
    ["another port", { base_url: "https://api.openai.com:8443/v1" }],
    ["another host and name", { base_url: "https://evil.example/v1", name: "renamed" }],
    ["another host and headers", { base_url: "https://evil.example/v1", headers: { "x-a": "b" } }],
  ])("does not go to %s", async (_what, body) => {
    const { id, name } = await make();
    const change = plane.admin.providers.update({ params: { id }, body });
    await expect(change).rejects.toMatchObject({ status: 400, param: "api_key" });
    expect(plane.snapshots.current().providers.get(name)?.baseUrl).toBe("https://api.openai.com/v1");
  });

  it("goes along to another path of the same host, and is replaced with another host", async () => {
    const { id, name } = await make();
    await plane.admin.providers.update({ params: { id }, body: { base_url: "https://api.openai.com:443/other/v1" } });
    expect(credentialOf(name)).toBe("sk-of-the-vendor-0123456789");
    const body = { base_url: "https://eu.example.com/v1", api_key: "sk-eu" };
    await plane.admin.providers.update({ params: { id }, body });
    expect(credentialOf(name)).toBe("sk-eu");
    await plane.admin.providers.update({ params: { id }, body: { base_url: null, api_key: null } });
    expect(credentialOf(name)).toBeUndefined();
  });

  it("is for the region that it was given for", async () => {
    const { id } = await make({ provider_type: "bedrock", settings: { region: "us-east-1" } });
    const settings = { region: "eu-west-1" };
    const change = plane.admin.providers.update({ params: { id }, body: { settings } });
    await expect(change).rejects.toMatchObject({ status: 400, param: "api_key" });
  });

  it.each([
    ["left out", {}],
    ["told as it is shown", { headers: { "X-Secret": "[secret]", "x-other": "b" } }],
  ])("holds for headers, too, which are hidden: %s", async (_what, given) => {
    const { id } = await make({ headers: { "x-secret": "a-very-secret-value", "x-other": "a" } });
    const body = { base_url: "https://evil.example/v1", api_key: "sk-new", ...given };
    const change = plane.admin.providers.update({ params: { id }, body });
    await expect(change).rejects.toMatchObject({ status: 400, param: "headers" });
    const anew = { ...body, headers: { "x-secret": "another" } };
    expect((await plane.admin.providers.update({ params: { id }, body: anew })).base_url).toBe(
      "https://evil.example/v1",
    );
  });

  it("is not won by changing the name and the address at the same moment", async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id } = await make();
      const changes = [
        { base_url: `${strangersUrl}/v1`, api_key: null },
        { name: `q${Math.random()}` },
        { name: `r${Math.random()}` },
      ];
      await Promise.allSettled(changes.map((body) => plane.admin.providers.update({ params: { id }, body })));
      const { has_credential, base_url } = await plane.admin.providers.get({ params: { id } });
      expect({ has_credential, base_url }).toEqual({ has_credential: false, base_url: `${strangersUrl}/v1` });
    }
    expect(heard.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });
});

it("a server that may ask no private addresses still has its demo, and starts without looking for an Ollama", async () => {
  const server = await startWholeServer({
    GHOSTLLM_EGRESS_ALLOW_PRIVATE: "false",
    GHOSTLLM_DETECT_OLLAMA: "true",
  });
  try {
    const headers = { authorization: `Bearer ${server.apiKey}` };
    const answer = await postJson(server.url + chatPath, { ...hello, model: "demo" }, { headers });
    expect(answer.status).toBe(200);
    const body = { provider_type: "ollama", base_url: "http://localhost:11434" };
    await expect(server.admin.providers.create({ body })).rejects.toMatchObject({ status: 400, param: "base_url" });
  } finally {
    await server.close();
  }
});
