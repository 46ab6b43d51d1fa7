// The way from here to vendors: through the proxies that the environment names, trusting whom the operator trusts.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadConfig } from "#config/load.ts";
import { systemClock } from "#domain/clock.ts";
import { Secret } from "#domain/secret.ts";
import { createAuthenticator } from "#gateway/upstream/authenticate.ts";
import { fetchJson } from "#gateway/upstream/fetch-json.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import type { Guard } from "#gateway/upstream/lanes.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { startProxy } from "./support/proxy.ts";
import type { TestProxy } from "./support/proxy.ts";
import { chatPath, hello, helloStream, postJson, readError } from "./support/stage.ts";

const fixture = (name: string): URL => new URL(`support/vendor-test/${name}.pem`, import.meta.url);
const certificateFile = fixture("certificate").pathname;
const answer = { choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }] };
const stream = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "Hi" }, finish_reason: "stop" }] })}\n\ndata: [DONE]\n\n`;

let vendor: Server;
let vendorPaths: string[];
let plainVendor: FakeUpstream;
let proxy: TestProxy;
let gateway: TestGateway;

beforeEach(async () => {
  vendorPaths = [];
  const tls = { key: readFileSync(fixture("key")), cert: readFileSync(fixture("certificate")) };
  vendor = createServer(tls, (request, response) => {
    vendorPaths.push(`${request.method} ${request.headers.host}${request.url}`);
    request.resume();
    const isStream = request.headers["x-want"] === "stream" || request.url?.includes("streams");
    request.on("end", () => {
      response.writeHead(200, { "content-type": isStream ? "text/event-stream" : "application/json" });
      response.end(isStream ? stream : JSON.stringify(request.url === "/token" ? token : answer));
    });
  });
  await new Promise<void>((resolve) => vendor.listen(0, "127.0.0.1", resolve));
  plainVendor = await startFakeUpstream();
  proxy = await startProxy({
    credentials: "ada:pa:ss wörd",
    ports: {
      "vendor.test": portOf(vendor),
      "tokens.vendor.test": portOf(vendor),
      "plain.test": Number(new URL(plainVendor.url).port),
    },
  });
});

afterEach(async () => {
  await gateway?.close();
  vendor.closeAllConnections();
  await new Promise((resolve) => vendor.close(resolve));
  await plainVendor.close();
  await proxy.close();
});

const token = { access_token: "bought", expires_in: 3600 };

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

const withCredentials = (): string => `http://ada:pa%3Ass%20w%C3%B6rd@127.0.0.1:${proxy.port}`;

function clientFor(environment: Readonly<Record<string, string>>, guard: Partial<Guard> = {}) {
  const { network, timeouts } = loadConfig({ environment, cwd: "/nonexistent" });
  return createUpstreamClient({ ...timeouts, connectMs: 10_000 }, network, guard);
}

async function start(environment: Readonly<Record<string, string>>, baseUrl: string): Promise<TestGateway> {
  const target = makeTarget(makeProvider("openai", baseUrl), "fake-model");
  gateway = await startGateway(makeSnapshot({ targets: [target] }), { upstream: clientFor(environment) });
  return gateway;
}

const trusted = { SSL_CERT_FILE: certificateFile };

describe("a vendor at an https URL", () => {
  it.each(["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"])(
    "is reached by CONNECT through the proxy in %s, with its credentials",
    async (variable) => {
      const { url } = await start({ ...trusted, [variable]: withCredentials() }, "https://vendor.test/v1");
      const response = await postJson(url + chatPath, hello);
      expect(await response.json()).toEqual(answer);
      expect(vendorPaths).toEqual(["POST vendor.test/v1/chat/completions"]);
      const authorization = `Basic ${Buffer.from("ada:pa:ss wörd").toString("base64")}`;
      expect(proxy.seen).toEqual([{ line: "CONNECT vendor.test:443", authorization }]);
    },
  );

  it("streams through it", async () => {
    const { url } = await start({ ...trusted, HTTPS_PROXY: withCredentials() }, "https://vendor.test/streams");
    expect(await (await postJson(url + chatPath, helloStream)).text()).toContain('"content":"Hi"');
  });

  it("is not believed where nobody vouches for it", async () => {
    const { url } = await start({ HTTPS_PROXY: withCredentials() }, "https://vendor.test/v1");
    const { message } = await readError(await postJson(url + chatPath, hello));
    expect(message).toMatch(/the connection failed \(DEPTH_ZERO_SELF_SIGNED_CERT\), through the proxy http:\/\/127/);
  });

  it("is believed without a proxy, too, with SSL_CERT_FILE", async () => {
    const client = clientFor(trusted, {
      resolve: (_name, _options, reply) => reply(null, [{ address: "127.0.0.1", family: 4 }]),
    });
    const url = `https://vendor.test:${portOf(vendor)}/v1/models`;
    const call = client.send({ method: "GET", url, headers: {}, body: null });
    expect((await call.answer).status).toBe(200);
    await client.close();
  });
});

describe("a vendor at an http URL", () => {
  it.each(["HTTP_PROXY", "http_proxy", "ALL_PROXY"])("is asked through the proxy in %s", async (variable) => {
    const { url } = await start({ [variable]: withCredentials() }, "http://plain.test/v1");
    plainVendor.script({ kind: "answer", body: answer });
    expect(await (await postJson(url + chatPath, hello)).json()).toEqual(answer);
    expect(proxy.seen.map(({ line }) => line)).toEqual(["POST http://plain.test/v1/chat/completions"]);
    expect(plainVendor.received[0]?.headers).toMatchObject({ host: "plain.test" });
    expect(plainVendor.received[0]?.headers).not.toHaveProperty("proxy-authorization");
  });

  it("is asked many times at once", async () => {
    const { url } = await start({ HTTP_PROXY: withCredentials() }, "http://plain.test/v1");
    const slow = { kind: "answer", body: answer, delayMs: 150 } as const;
    for (let count = 0; count < 8; count += 1) plainVendor.script(slow);
    const answers = await Promise.all(Array.from({ length: 8 }, () => postJson(url + chatPath, hello)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  });
});

describe("directly", () => {
  it("what runs on this machine is asked, unless the operator wants it otherwise", async () => {
    plainVendor.script({ kind: "answer", body: answer });
    const { url } = await start({ HTTP_PROXY: withCredentials() }, `${plainVendor.url}/v1`);
    expect((await postJson(url + chatPath, hello)).status).toBe(200);
    expect(proxy.seen).toEqual([]);
  });

  it("the hosts of NO_PROXY are asked", async () => {
    const { url } = await start({ HTTPS_PROXY: withCredentials(), no_proxy: "x.test,.test" }, "https://vendor.test/v1");
    const { message } = await readError(await postJson(url + chatPath, hello));
    expect(message).toMatch(/^openai: the connection failed \((?:ENOTFOUND|EAI_AGAIN)\)\.$/);
    expect(proxy.seen).toEqual([]);
  });
});

describe("a proxy that does not lead there is named, without its password", () => {
  const messageWith = async (environment: Readonly<Record<string, string>>, baseUrl: string): Promise<string> => {
    const { url } = await start(environment, baseUrl);
    const response = await postJson(url + chatPath, hello);
    expect(response.status).toBe(502);
    const { message } = await readError(response);
    expect(message).not.toMatch(/w%C3|wörd/);
    return message;
  };

  it.each(["https://vendor.test/v1", "http://plain.test/v1"])(
    "where it wants other credentials, for %s",
    async (url) => {
      const wrong = `http://ada:w%C3%B6rd@127.0.0.1:${proxy.port}`;
      expect(await messageWith({ ALL_PROXY: wrong }, url)).toBe(
        `openai: the proxy http://127.0.0.1:${proxy.port} wants a user and a password, or other ones (407).`,
      );
    },
  );

  it("where it refuses the host", async () => {
    expect(await messageWith({ HTTPS_PROXY: withCredentials() }, "https://other.test/v1")).toBe(
      `openai: the proxy ${proxy.url} does not lead there (403).`,
    );
  });

  it.each(["https://vendor.test/v1", "http://plain.test/v1"])("where it is away, for %s", async (url) => {
    expect(await messageWith({ ALL_PROXY: "http://ada:w%C3%B6rd@127.0.0.1:9" }, url)).toBe(
      "openai: the proxy http://127.0.0.1:9 cannot be reached (ECONNREFUSED).",
    );
  });
});

it("tokens of service accounts and lists of models come through the proxy", async () => {
  const client = clientFor({ ...trusted, HTTPS_PROXY: withCredentials() });
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keyFile = {
    client_email: "ghost@harbour.test",
    private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
    token_uri: "https://tokens.vendor.test/token",
  };
  const settings = { project: "p", location: "l" };
  const credential = new Secret(JSON.stringify(keyFile));
  const provider = makeProvider("vertex", "https://vendor.test", { settings, credential });
  const authenticator = createAuthenticator({ client, clock: systemClock });
  const url = "https://vendor.test/v1/models";
  await fetchJson({ client, authenticator }, { url, provider, timeoutMs: 5_000 });
  expect(proxy.seen.map(({ line }) => line)).toEqual(["CONNECT tokens.vendor.test:443", "CONNECT vendor.test:443"]);
  expect(vendorPaths).toEqual(["POST tokens.vendor.test/token", "GET vendor.test/v1/models"]);
  await client.close();
});
