// Headers and parameters that an operator adds to all that goes to a provider.

import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { describeConfig } from "#config/describe.ts";
import { inspectConfig } from "#config/load.ts";
import { reveal } from "#domain/additions.ts";
import type { Additions } from "#domain/additions.ts";
import { Secret } from "#domain/secret.ts";
import { systemClock } from "#domain/clock.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import { fetchJson } from "#gateway/upstream/fetch-json.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, keyHeader, postJson, readError } from "./support/stage.ts";
import { startAdminPlane } from "./admin-plane.ts";
import type { AdminPlane } from "./admin-plane.ts";

const token = "token-0123456789abcdef";
const additions: Additions = {
  headers: { "x-org": new Secret("harbour"), "x-token": new Secret(token), "user-agent": new Secret("harbour/1") },
  query: { tenant: "a b", "api-version": "preview", sig: new Secret("s&=") },
};

describe("on the way to the vendor", () => {
  let upstream: FakeUpstream;
  let gateway: TestGateway;

  beforeEach(async () => {
    upstream = await startFakeUpstream();
  });
  afterEach(async () => {
    await gateway.close();
    await upstream.close();
  });

  async function start(type: string, path: string, model: string): Promise<TestGateway> {
    const settings = { apiVersion: "2024-10-21", region: "eu-west-1" };
    const provider = makeProvider(type, upstream.url + path, { additions, settings });
    gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, model)] }));
    return gateway;
  }

  function expectAdded(place = upstream.received.at(-1)): void {
    expect(place?.headers).toMatchObject({ "x-org": "harbour", "x-token": token, "user-agent": "harbour/1" });
    const query = new URL(place?.path ?? "", "http://h").searchParams;
    expect(Object.fromEntries(query)).toMatchObject({ tenant: "a b", "api-version": "preview", sig: "s&=" });
    expect(query.getAll("api-version")).toHaveLength(1);
  }

  it.each([
    ["openai", "/v1", chatPath, hello],
    ["openai", "/v1", "/v1/embeddings", { model: "fake-model", input: "x" }],
    ["azure-openai", "", chatPath, hello],
    ["anthropic", "", "/v1/messages", { ...hello, max_tokens: 5 }],
    ["anthropic", "", "/v1/messages/count_tokens", hello],
    ["anthropic", "", chatPath, hello],
    ["google", "", chatPath, hello],
    ["ollama", "", "/api/chat", hello],
  ])("they are with a request to %s%s for %s", async (type, base, path, body) => {
    const { url } = await start(type, base, "fake-model");
    await postJson(url + path, body);
    expectAdded();
  });

  it("they are with what is asked about kept objects, with files and with lists", async () => {
    const { url, deps } = await start("openai", "/v1", "fake-model");
    await fetch(`${url}/v1/responses/resp_1?stream=false`, {
      headers: { ...keyHeader, "x-ghostllm-provider": "openai" },
    });
    for (const received of upstream.received) expectAdded(received);
    const provider = makeProvider("openai", `${upstream.url}/v1`, { additions });
    const sources = {
      client: deps.upstream,
      authenticator: createAuthenticator({ client: deps.upstream, clock: systemClock }),
    };
    await fetchJson(sources, { url: `${upstream.url}/v1/models?limit=5`, provider, timeoutMs: 5_000 });
    expectAdded();
    expect(upstream.received.at(-1)?.path).toContain("limit=5");
  });

  it("the operator's go before the client's, and the credential before both", async () => {
    const provider = makeProvider("anthropic", upstream.url, {
      additions: { headers: { "anthropic-beta": new Secret("ours"), "x-api-key": new Secret("no") }, query: {} },
    });
    gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, "fake-model")] }));
    const headers = { "anthropic-beta": "theirs" };
    await postJson(`${gateway.url}/v1/messages`, { ...hello, max_tokens: 5 }, { headers });
    expect(upstream.received.at(-1)?.headers).toMatchObject({
      "anthropic-beta": "ours",
      "x-api-key": "sk-vendor-credential",
    });
  });

  it("a vendor that quotes one is not passed on", async () => {
    const { url } = await start("openai", "/v1", "fake-model");
    upstream.script({ kind: "answer", status: 400, body: { error: { message: `bad ${token}` } } });
    const response = await postJson(url + chatPath, hello);
    expect((await readError(response)).message).not.toContain(token);
  });
});

describe("in the admin API", () => {
  let plane: AdminPlane;

  beforeEach(async () => {
    plane = await startAdminPlane();
  });
  afterEach(() => plane.close());

  const body = { provider_type: "ollama", headers: { "X-Token": token }, query: { tenant: "a" } };
  const inForce = () => {
    const { headers = {}, query = {} } = plane.snapshots.current().providers.get("ollama")?.additions ?? {};
    const texts = (values: object) =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, reveal(value)]));
    return { headers: texts(headers), query: texts(query) };
  };

  it("they are sealed, shown without their values, and kept where they come back like that", async () => {
    const made = await plane.admin.providers.create({ body });
    expect(made).toMatchObject({ headers: { "x-token": "[secret]" }, query: { tenant: "a" } });
    expect(JSON.stringify(await plane.store.providers.find(made.id))).not.toContain(token);
    expect(inForce()).toEqual({ headers: { "x-token": token }, query: { tenant: "a" } });
    const params = { id: made.id };
    const headers = { ...made.headers, "X-Org": "b" };
    await plane.admin.providers.update({ params, body: { headers } });
    expect(inForce()).toEqual({ headers: { "x-token": token, "x-org": "b" }, query: { tenant: "a" } });
    await plane.admin.providers.update({ params, body: { name: "ollama" } });
    await plane.admin.providers.update({ params, body: { headers: {}, query: {} } });
    expect(plane.snapshots.current().providers.get("ollama")?.additions).toBeNull();
  });

  it("they live through a new name", async () => {
    const { id } = await plane.admin.providers.create({ body });
    await plane.admin.providers.update({ params: { id }, body: { name: "local" } });
    expect(plane.snapshots.current().providers.get("local")?.additions?.headers["x-token"]?.reveal()).toBe(token);
  });

  it.each(["Content-Length", "transfer-encoding", "Host", "connection", "proxy-authorization", "te", "a b", "x:y"])(
    "the header %s is refused with a sentence",
    async (name) => {
      const create = plane.admin.providers.create({ body: { ...body, headers: { [name]: "1" } } });
      await expect(create).rejects.toMatchObject({ status: 400, param: `headers.${name}` });
    },
  );

  it("a value with a line break is refused", async () => {
    const create = plane.admin.providers.create({ body: { ...body, headers: { "x-a": "1\r\nx-b: 2" } } });
    await expect(create).rejects.toMatchObject({ status: 400, param: "headers.x-a" });
  });
});

describe("in the file", () => {
  const load = (entry: string, environment: Record<string, string> = {}) =>
    inspectConfig({
      environment,
      cwd: "/",
      readFile: () => ({ text: `providers:\n  - {type: ollama, ${entry}}`, isPublic: false }),
    });

  it("a value is a text, or comes from a variable", () => {
    const { config, origins } = load(
      "headers: {X-Org: a, X-Token: {env: TOKEN}}, headers_env: {X-More: MORE}, query: {v: '1'}, query_env: {sig: MORE}",
      { TOKEN: token, MORE: "more" },
    );
    const found = config.providers[0]?.additions;
    expect(Object.entries(found?.headers ?? {}).map(([name, value]) => [name, reveal(value)])).toEqual([
      ["x-org", "a"],
      ["x-token", token],
      ["x-more", "more"],
    ]);
    const shown = describeConfig(config, origins).providers[0];
    expect(shown).toMatchObject({ headers: { "x-token": "[secret]" }, query: { v: "1", sig: "[secret]" } });
  });

  it.each([
    ["headers: 3", "headers: this is no mapping"],
    ["headers: {x-a: 3}", "the value of `x-a` is no text"],
    ["headers: {x-a: {env: NOT_SET}}", "the variable NOT_SET is not set"],
    ["headers: {content-length: '3'}", "is a header of the connection itself"],
    ["query: {'': x}", "is no name of a parameter"],
  ])("%s is refused", (entry, sentence) => {
    expect(() => load(entry)).toThrow(sentence);
  });
});
