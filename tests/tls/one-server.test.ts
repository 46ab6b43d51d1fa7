// A server that gets its certificate from an authority: the first one, the next ones, and what may stand in the way.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { askExactly } from "../../apps/server/tests/support/exact-answer.ts";
import { startWholeServer, type WholeServer } from "../../apps/server/tests/support/whole-server.ts";
import { hasPebble } from "../../tools/pebble.ts";
import { type Authority, startAuthority } from "./authority.ts";
import { shownBy } from "./shown-certificate.ts";

const insecure = { tls: { rejectUnauthorized: false } };
const patience = { timeout: 30_000, interval: 100 };

type Environment = Readonly<Record<string, string>>;

describe.skipIf(!hasPebble())("a server with an authority", () => {
  let upstream: FakeUpstream;
  let authority: Authority;
  const servers: WholeServer[] = [];

  beforeAll(async () => {
    upstream = await startFakeUpstream();
    // Certificates of an authority of tests are trusted by no client.
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
    await authority?.dispose();
  });
  afterAll(async () => {
    delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    await upstream?.close();
  });

  async function end(server: WholeServer): Promise<void> {
    servers.splice(servers.indexOf(server), 1);
    await server.close();
  }

  /** A data directory that outlives its servers. */
  function makeDirectory(): string {
    const directory = mkdtempSync(join(tmpdir(), "ghostllm-tls-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return directory;
  }

  async function start(environment: Environment = {}): Promise<WholeServer> {
    const server = await startWholeServer({
      ...authority.environment,
      SERVER_REDIRECT_PORT: String(authority.httpPort),
      OPENAI_API_KEY: "sk-vendor",
      OPENAI_BASE_URL: `${upstream.url}/v1`,
      ...environment,
    });
    servers.push(server);
    return server;
  }

  const statusOf = async (server: WholeServer) => {
    const { data } = await server.admin.certificates.list({});
    const [first] = data;
    if (first === undefined || first.renewal === null) throw new Error("no authority is asked");
    return { ...first, renewal: first.renewal };
  };
  const eventsOf = async (server: WholeServer): Promise<readonly string[]> =>
    (await server.admin.events.list({ query: { limit: 50 } })).data
      .map(({ event }) => event.type)
      .filter((type) => type.includes("certificate."));
  const untilIssued = (server: WholeServer) =>
    vi.waitFor(async () => {
      const shown = await shownBy(server.url);
      expect(shown.isTemporary).toBe(false);
      return shown;
    }, patience);

  it("shows that it has none until the authority is there, and then one for all its names", async () => {
    authority = await startAuthority();
    await authority.shut();
    const server = await start();
    expect((await shownBy(server.url)).isTemporary).toBe(true);
    const ready = await askExactly(`${server.url}/health/ready`, insecure);
    expect(ready.status).toBe(503);
    expect(ready.bytes.toString()).toContain("waiting for its first certificate");
    await vi.waitFor(async () => {
      const { is_temporary: isTemporary, renewal } = await statusOf(server);
      expect([isTemporary, renewal.failures > 0]).toEqual([true, true]);
      expect(renewal.last_error).toMatch(/^127\.0\.0\.1:\d+ cannot be asked: /);
    }, patience);
    expect((await askExactly(`${server.url}/health`, insecure)).bytes.toString()).toContain(
      "no certificate was issued",
    );
    // It is no certificate that ends.
    const before = (await askExactly(`${server.url}/metrics`, insecure)).bytes.toString();
    expect(before).not.toContain("ghostllm_certificate_not_after_seconds{");
    expect(before).not.toContain("ghostllm_certificate_not_before_seconds{");
    expect(before).toMatch(/^ghostllm_certificate_renewal_failures\{name="public"\} [1-9]/m);
    await authority.open();
    const shown = await untilIssued(server);
    expect(shown.names).toBe("DNS:llm.example.com, DNS:other.example.com");
    expect((await shownBy(server.url, { ca: await authority.pebble.root() })).isTrusted).toBe(true);
    expect((await askExactly(`${server.url}/health/ready`, insecure)).status).toBe(200);
    const told = await statusOf(server);
    expect(told).toMatchObject({ name: "public", source: "acme", fingerprint: shown.fingerprint, is_temporary: false });
    expect(told.renewal).toMatchObject({ failures: 0, last_error: null });
    expect(await eventsOf(server)).toEqual(expect.arrayContaining([expect.stringContaining("certificate.renewed")]));
    const metrics = await fetch(`${server.url}/metrics`);
    const until = Date.parse(told.not_after) / 1000;
    expect(await metrics.text()).toContain(`ghostllm_certificate_not_after_seconds{name="public"} ${until}`);
    // The port beside leads to it by its names now.
    const led = await askExactly(server.redirectUrl ?? "", { path: "/x", headers: { host: "llm.example.com" } });
    expect(led.status).toBe(308);
  });

  it("renews when it is asked to, with streams that go on, and shows the new one in every worker", async () => {
    authority = await startAuthority();
    const server = await start({ SERVER_WORKERS: "2" });
    const first = await untilIssued(server);
    upstream.script({ kind: "chat", chunks: 60, tokensPerSecond: 20 });
    const body = JSON.stringify({ model: "gpt-4o-mini", stream: true, messages: [{ role: "user", content: "Hello" }] });
    const headers = { authorization: `Bearer ${server.apiKey}`, "content-type": "application/json" };
    const post = { method: "POST", headers, body, ...insecure };
    const streaming = Array.from({ length: 8 }, () => askExactly(`${server.url}/v1/chat/completions`, post));
    await upstream.waitUntil(() => upstream.received.length >= 8);
    await server.admin.certificates.renew({});
    await vi.waitFor(async () => expect((await shownBy(server.url)).fingerprint).not.toBe(first.fingerprint), patience);
    const second = await statusOf(server);
    for (let connection = 0; connection < 24; connection += 1)
      expect((await shownBy(server.url)).fingerprint).toBe(second.fingerprint);
    for (const stream of await Promise.all(streaming))
      expect(stream.bytes.toString()).toMatch(/word60[^]*\[DONE\]\n\n$/);
    upstream.clear();
  });

  it("renews by itself when a third of the life is left", async () => {
    authority = await startAuthority({ lifeSeconds: 12 });
    const server = await start();
    const first = await untilIssued(server);
    const { not_before: from } = await statusOf(server);
    await vi.waitFor(async () => expect((await shownBy(server.url)).fingerprint).not.toBe(first.fingerprint), patience);
    const afterMs = Date.parse((await statusOf(server)).renewal.last_issued_at ?? "") - Date.parse(from);
    expect(afterMs).toBeGreaterThan(7_000);
    expect(afterMs).toBeLessThan(12_000);
  });

  it("says what an authority has not found, asks less and less often, and not before its time", async () => {
    authority = await startAuthority();
    const server = await start({ SERVER_REDIRECT_PORT: "0", TLS_ACME_RETRY_MS: "2s" });
    await vi.waitFor(async () => {
      const { renewal } = await statusOf(server);
      expect(renewal.last_error).toMatch(/llm\.example\.com: .*(?:refused|connect)/i);
    }, patience);
    await expect(server.admin.certificates.renew({})).rejects.toThrow(/has refused, and is asked again at/);
    await vi.waitFor(async () => expect((await statusOf(server)).renewal.failures).toBeGreaterThanOrEqual(2), patience);
    const { renewal } = await statusOf(server);
    const pauseMs = Date.parse(renewal.next_attempt_at) - Date.parse(renewal.last_error_at ?? "");
    expect(pauseMs).toBeGreaterThanOrEqual(2_000 * 2 ** (renewal.failures - 1) - 50);
    expect(await eventsOf(server)).toEqual(expect.arrayContaining([expect.stringContaining("certificate.failed")]));
    expect((await shownBy(server.url)).isTemporary).toBe(true);
  });

  it("leaves an authority alone that limits it, also when it is started anew", async () => {
    authority = await startAuthority();
    const limited = { status: 429, type: "rateLimited", detail: "too many certificates already issued" };
    authority.faults.set("/order-plz", { ...limited, retryAfter: "3600" });
    const GHOSTLLM_DATA_DIR = makeDirectory();
    const server = await start({ GHOSTLLM_DATA_DIR });
    await vi.waitFor(async () => expect((await statusOf(server)).renewal.failures).toBe(1), patience);
    const { renewal } = await statusOf(server);
    expect(renewal.last_error).toBe("too many certificates already issued");
    expect(Date.parse(renewal.next_attempt_at) - Date.now()).toBeGreaterThan(3_500_000);
    const count = authority.asked.length;
    await end(server);
    const again = await start({ GHOSTLLM_DATA_DIR });
    await sleep(3_000);
    expect(authority.asked.length).toBe(count);
    expect((await statusOf(again)).renewal.next_attempt_at).toBe(renewal.next_attempt_at);
  });

  it("keeps the one in use when the next one is refused, such as by CAA, and has another when that is over", async () => {
    authority = await startAuthority();
    const server = await start();
    const first = await untilIssued(server);
    const detail = "CAA record for llm.example.com prevents issuance";
    authority.faults.set("/finalize-order", { status: 403, type: "caa", detail });
    await server.admin.certificates.renew({});
    await vi.waitFor(async () => expect((await statusOf(server)).renewal.last_error).toBe(detail), patience);
    expect((await shownBy(server.url)).fingerprint).toBe(first.fingerprint);
    expect((await askExactly(`${server.url}/health`, insecure)).status).toBe(503);
    expect((await askExactly(`${server.url}/health/ready`, insecure)).status).toBe(200);
    authority.faults.clear();
    await vi.waitFor(
      () => server.admin.certificates.renew({}).catch((error: unknown) => expect(error).toBeUndefined()),
      patience,
    );
    await vi.waitFor(async () => expect((await shownBy(server.url)).fingerprint).not.toBe(first.fingerprint), patience);
    await vi.waitFor(
      async () => expect((await askExactly(`${server.url}/health`, insecure)).status).toBe(200),
      patience,
    );
  });

  it("makes an account anew that the authority has forgotten", async () => {
    authority = await startAuthority();
    const server = await start();
    const first = await untilIssued(server);
    authority.pebble.stop();
    await authority.pebble.start();
    await server.admin.certificates.renew({});
    await vi.waitFor(async () => expect((await statusOf(server)).renewal.failures).toBe(1), patience);
    await vi.waitFor(() => server.admin.certificates.renew({}), patience);
    await vi.waitFor(async () => expect((await shownBy(server.url)).fingerprint).not.toBe(first.fingerprint), patience);
  });

  it("comes by an account that exists elsewhere", async () => {
    const hmac = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";
    authority = await startAuthority({ externalAccounts: { "kid-1": hmac } });
    const without = await start();
    await vi.waitFor(
      async () => expect((await statusOf(without)).renewal.last_error).toMatch(/externalAccountBinding/),
      patience,
    );
    await end(without);
    const key = { TLS_ACME_EAB_KEY_ID: "kid-1", TLS_ACME_EAB_HMAC_KEY: hmac };
    await untilIssued(await start({ ...key, TLS_ACME_KEY_TYPE: "rsa", TLS_ACME_EMAIL: "ops@example.com" }));
  });

  it("asks for another when it is given another name, and shows the stored one at once when it is not", async () => {
    authority = await startAuthority();
    const GHOSTLLM_DATA_DIR = makeDirectory();
    const server = await start({ GHOSTLLM_DATA_DIR });
    const first = await untilIssued(server);
    await end(server);
    const same = await start({ GHOSTLLM_DATA_DIR });
    expect((await shownBy(same.url)).fingerprint).toBe(first.fingerprint);
    await end(same);
    const more = await start({ GHOSTLLM_DATA_DIR, TLS_DOMAINS: "llm.example.com, third.example.com" });
    await vi.waitFor(
      async () => expect((await shownBy(more.url)).names).toBe("DNS:llm.example.com, DNS:third.example.com"),
      patience,
    );
  });
});
