// TLS towards clients: who may come how, what happens when the certificate changes, and where plain HTTP is led.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { promisify } from "node:util";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { slowdown } from "../../../tests/support/slowdown.ts";
import { askRouteExactly, everyRoute } from "./support/every-route.ts";
import { askExactly } from "./support/exact-answer.ts";
import { requestText } from "./support/raw-socket.ts";
import { startWholeServer } from "./support/whole-server.ts";
import type { WholeServer } from "./support/whole-server.ts";

const fixtures = join(import.meta.dirname, "support/certificates");
const fixture = (name: string): string => join(fixtures, `${name}.pem`);
const ca = [readFileSync(fixture("first-certificate")), readFileSync(fixture("second-certificate"))];

let directory: string;
let upstream: FakeUpstream;
let server: WholeServer;

function place(certificate: string, key: string): void {
  copyFileSync(fixture(`${certificate}-certificate`), join(directory, "server.pem"));
  copyFileSync(fixture(`${key}-key`), join(directory, "server.key"));
}

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "ghostllm-tls-"));
  place("first", "first");
  upstream = await startFakeUpstream();
  server = await startWholeServer({
    OPENAI_API_KEY: "sk-vendor",
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    SERVER_TLS_CERTIFICATE_FILE: join(directory, "server.pem"),
    SERVER_TLS_KEY_FILE: join(directory, "server.key"),
    SERVER_REDIRECT_PORT: "0",
    GHOSTLLM_BODY_BYTES: "64KiB",
    SERVER_PUBLIC_HOSTS: "inside.example.com, outside.example.com:443, other.example.com:8443",
  });
});
afterAll(async () => {
  await server?.close();
  await upstream?.close();
  rmSync(directory, { recursive: true, force: true });
});
beforeEach(() => upstream.clear());

const ask = (path: string, headers: Readonly<Record<string, string>> = {}) =>
  askExactly(server.url + path, { headers, tls: { ca } });

/** What the server shows of itself to a client of these options. */
async function shakeHands(options: ConnectionOptions = {}): Promise<{ subject: string; protocol: string | null }> {
  const socket = connect({ port: Number(new URL(server.url).port), host: "127.0.0.1", ca, ...options });
  try {
    await once(socket, "secureConnect");
    const { CN = "" } = socket.getPeerCertificate().subject;
    return { subject: String(CN), protocol: socket.getProtocol() };
  } finally {
    socket.destroy();
  }
}

describe("a client by TLS", () => {
  it.each(everyRoute)("is answered on every route, and told to come by nothing else: $name", async (route) => {
    expect(server.url).toMatch(/^https:/);
    const { status, headers } = await askRouteExactly(server, route, {}, { ca });
    expect(status).toBe(route.status);
    expect(headers["strict-transport-security"]).toBe("max-age=31536000");
  });

  it("may speak version 1.2 and 1.3, and none before", async () => {
    expect((await shakeHands({ maxVersion: "TLSv1.2" })).protocol).toBe("TLSv1.2");
    expect((await shakeHands({ minVersion: "TLSv1.3" })).protocol).toBe("TLSv1.3");
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(shakeHands(old)).rejects.toThrow(/protocol version|unsupported protocol/i);
  });

  it("is an official SDK in a process of its own, which trusts the certificate as its users would", async () => {
    const script = `
      import OpenAI from "openai";
      const client = new OpenAI({ apiKey: "${server.apiKey}", baseURL: "${server.url}/v1", maxRetries: 0 });
      const stream = await client.chat.completions.create({
        model: "gpt-4o-mini", stream: true, messages: [{ role: "user", content: "Hello by TLS" }],
      });
      for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: join(import.meta.dirname, "../../.."),
      env: { NODE_EXTRA_CA_CERTS: fixture("first-certificate") },
    });
    expect(stdout).toBe("You said: Hello by TLS");
  });

  it("who speaks plain HTTP, or nothing at all, holds nothing up", async () => {
    await expect(fetch(server.url.replace("https:", "http:"))).rejects.toThrow();
    expect((await ask("/health/live")).status).toBe(200);
  });
});

describe("a certificate that changes", () => {
  afterEach(async () => {
    place("first", "first");
    await server.reload();
  });

  it("is used from the next connection on; a running stream is not disturbed", async () => {
    expect((await shakeHands()).subject).toBe("GhostLLM tests first");
    upstream.script({ kind: "chat", chunks: 20, tokensPerSecond: 100 });
    const body = JSON.stringify({ model: "gpt-4o-mini", stream: true, messages: [{ role: "user", content: "Hello" }] });
    const headers = { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json" };
    const streaming = askExactly(`${server.url}/v1/chat/completions`, { method: "POST", headers, body, tls: { ca } });
    await upstream.waitUntil(() => upstream.received.length > 0);
    place("second", "second");
    await server.reload();
    expect((await shakeHands()).subject).toBe("GhostLLM tests second");
    expect((await streaming).bytes.toString()).toMatch(/word20[^]*\[DONE\]\n\n$/);
  });

  it("and does not fit is not used: the old one stays, and health and the log say why", async () => {
    place("second", "encrypted");
    await server.reload();
    expect((await shakeHands()).subject).toBe("GhostLLM tests first");
    const health = await ask("/health");
    expect(health.status).toBe(503);
    expect(health.bytes.toString()).toContain("is encrypted, and nobody is there to type its passphrase");
    expect(server.logged.at(-1)).toContain("the new certificate is not used");
    expect((await ask("/health/ready")).status).toBe(200);
    place("second", "second");
    await server.reload();
    expect((await shakeHands()).subject).toBe("GhostLLM tests second");
    expect((await ask("/health")).status).toBe(200);
  });
});

describe("plain HTTP on the port beside", () => {
  const lead = (host: string, path = "/v1/models?a=b%20c&d", method = "GET") =>
    askExactly(server.redirectUrl ?? "", { method, path, headers: { host } });

  it.each([
    ["localhost", `https://localhost:`],
    ["LLM.example.com:8080", "https://llm.example.com:"],
    ["a.apps.example.com", "https://a.apps.example.com:"],
    ["127.0.0.1", "https://127.0.0.1:"],
    ["inside.example.com", "https://inside.example.com:"],
  ])("leads %s to TLS with path and query", async (host, start) => {
    for (const method of ["GET", "POST", "HEAD"]) {
      const { status, headers } = await lead(host, undefined, method);
      expect(status).toBe(308);
      expect(headers.location).toBe(`${start}${new URL(server.url).port}/v1/models?a=b%20c&d`);
      expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers["strict-transport-security"]).toBeUndefined();
    }
  });

  it("leads to the port by which a host is known outside", async () => {
    expect((await lead("outside.example.com:80")).headers.location).toBe(
      "https://outside.example.com/v1/models?a=b%20c&d",
    );
    expect((await lead("other.example.com", "//evil.example.com/")).headers.location).toBe(
      "https://other.example.com:8443//evil.example.com/",
    );
  });

  it.each(["evil.example.com", "apps.example.com", "localhost@evil.example.com", "localhost.evil.example.com", "[::1"])(
    "leads nobody to %j",
    async (host) => {
      const { status, headers, bytes } = await lead(host);
      expect([status, headers.location]).toEqual([400, undefined]);
      expect(bytes.toString()).toContain("is no name of this server");
    },
  );

  it("asks the URL that stands in place of the path for its host", async () => {
    const { headers } = await lead("evil.example.com", "http://localhost/x?y");
    expect(headers.location).toMatch(/^https:\/\/localhost:\d+\/x\?y$/);
    expect((await lead("localhost", "http://evil.example.com/x")).status).toBe(400);
  });
});

describe("a connection by TLS", () => {
  let own: WholeServer;
  let port: number;

  beforeEach(async () => {
    own = await startWholeServer({
      SERVER_TLS_CERTIFICATE_FILE: fixture("first-certificate"),
      SERVER_TLS_KEY_FILE: fixture("first-key"),
      GHOSTLLM_ANSWER_UNREAD_TIMEOUT_MS: "200",
      SERVER_HSTS_SECONDS: "0",
    });
    port = Number(new URL(own.url).port);
  });
  afterEach(() => own.close());

  async function open(): Promise<TLSSocket> {
    const socket = connect({ port, host: "127.0.0.1", ca });
    socket.on("error", () => {});
    await once(socket, "secureConnect");
    return socket;
  }

  it("that is idle, silent or not yet agreed does not hold a stop up", async () => {
    const plain = connectPlain(port, "127.0.0.1").on("error", () => {});
    await Promise.all([once(plain, "connect"), open()]);
    const idle = await askExactly(`${own.url}/health/live`, { tls: { ca } });
    expect(idle.headers["strict-transport-security"]).toBeUndefined();
    const startedAt = performance.now();
    await own.close();
    expect(performance.now() - startedAt).toBeLessThan(2_000 * slowdown());
  });

  it("whose client does not read is closed", async () => {
    const socket = await open();
    const closed = once(socket, "close");
    socket.write("GET /docs/static/swagger-ui-bundle.js HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(20));
    // Taken at once, the first bytes show that there is an answer; then nothing is read any more.
    await once(socket, "readable");
    expect(socket.readableLength).toBeGreaterThan(0);
    socket.on("end", () => socket.destroy());
    setTimeout(() => socket.resume(), 1_500);
    await closed;
    expect(socket.bytesRead).toBeLessThan(20_000_000);
  });

  it("on which no HTTP comes is told so", async () => {
    const socket = await open();
    socket.write("hello there\r\n\r\n");
    expect(String(await once(socket, "data"))).toMatch(/^HTTP\/1\.1 400 [^]*cannot be read as HTTP/);
    await once(socket, "close");
  });
});

it("a load balancer tells of its client before TLS is agreed", async () => {
  const balanced = await startWholeServer({
    OPENAI_API_KEY: "sk-vendor",
    OPENAI_BASE_URL: `${upstream.url}/v1`,
    SERVER_TLS_CERTIFICATE_FILE: fixture("first-certificate"),
    SERVER_TLS_KEY_FILE: fixture("first-key"),
    SERVER_TRUSTED_PROXIES: "loopback",
    SERVER_PROXY_PROTOCOL: "true",
  });
  const carrier = connectPlain(Number(new URL(balanced.url).port), "127.0.0.1");
  carrier.write("PROXY TCP4 203.0.113.7 10.0.0.1 8080 443\r\n");
  const socket = connect({ socket: carrier, host: "localhost", ca });
  await once(socket, "secureConnect");
  const body = JSON.stringify({ model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello" }] });
  const headers = { host: "localhost", authorization: `Bearer ${balanced.apiKey}`, connection: "close" };
  socket.write(requestText({ path: "/v1/chat/completions", headers, body }));
  expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 [^]*strict-transport-security[^]*You said: Hello/i);
  expect(balanced.logged.find((line) => line.includes("request finished"))).toContain('"ipAddress":"203.0.113.7"');
  await balanced.close();
});

it("a certificate that is of no use ends the start with what to do", async () => {
  const started = startWholeServer({
    SERVER_TLS_CERTIFICATE_FILE: fixture("first-certificate"),
    SERVER_TLS_KEY_FILE: fixture("encrypted-key"),
  });
  await expect(started).rejects.toThrow("openssl pkey -in");
});
