// How vendors of sessions are reached, and what a side that does not read costs.

import { createServer } from "node:tls";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { Egress, usualEgress } from "#domain/egress/egress.ts";
import { Secret } from "#domain/secret.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import { createVendorSockets } from "#gateway/upstream/sockets/vendor-sockets.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { startProxy } from "./support/proxy.ts";
import { startRealtimeVendor } from "./support/realtime-vendor.ts";
import type { RealtimeVendor } from "./support/realtime-vendor.ts";
import { pause, waitFor } from "./support/stage.ts";

const certificate = readFileSync(new URL("./support/certificates/first-certificate.pem", import.meta.url));
const key = readFileSync(new URL("./support/certificates/first-key.pem", import.meta.url));
const patience = { connectMs: 5_000, messageBytes: 2 ** 20, idleMs: 60_000 };

let vendor: RealtimeVendor;
beforeEach(async () => {
  vendor = await startRealtimeVendor();
});
afterEach(() => vendor.close());

const portOf = (): number => Number(new URL(vendor.url).port);

describe("a vendor of sessions", () => {
  it.each([
    ["in the clear", "http"],
    ["by TLS", "https"],
  ])("is reached through a proxy %s, with its credentials", async (_, scheme) => {
    const front = createServer({ key, cert: certificate }, (outer) => {
      const inner = connect(portOf(), "127.0.0.1");
      for (const socket of [inner, outer]) socket.on("error", () => undefined);
      outer.pipe(inner).pipe(outer);
    });
    await new Promise<void>((resolve) => front.listen(0, "127.0.0.1", resolve));
    const behind = scheme === "https" ? (front.address() as AddressInfo).port : portOf();
    const proxy = await startProxy({ ports: { localhost: behind }, credentials: "user:secret" });
    const server = { url: proxy.url, credentials: new Secret("user:secret") };
    const network = {
      ...direct,
      httpProxy: server,
      httpsProxy: server,
      proxiesLoopback: true,
      certificates: String(certificate),
    };
    const sockets = createVendorSockets({ network });
    const socket = sockets.open({ url: `${scheme}://localhost/v1/realtime`, headers: {}, ...patience });
    await socket.answer;
    expect(socket.isOpen).toBe(true);
    expect(proxy.seen.map(({ line }) => line)).toEqual([`CONNECT localhost:${scheme === "https" ? 443 : 80}`]);
    socket.abort();
    const refused = createVendorSockets({
      network: {
        ...network,
        httpsProxy: { ...server, credentials: null },
        httpProxy: { ...server, credentials: null },
      },
    });
    const { answer } = refused.open({ url: `${scheme}://localhost/v1/realtime`, headers: {}, ...patience });
    await expect(answer).rejects.toThrow();
    await proxy.close();
    front.close();
  });

  it("is not asked where the rules of egress say so, by address or by where its name leads", async () => {
    const egress = new Egress({ ...usualEgress, allowPrivate: false });
    const open = (url: string, resolve?: Parameters<typeof createVendorSockets>[0]) =>
      createVendorSockets({ egress, ...resolve }).open({ url, headers: {}, ...patience }).answer;
    await expect(open(`http://127.0.0.1:${portOf()}/v1/realtime`)).rejects.toMatchObject({ kind: "forbidden" });
    const toHere = {
      resolve: (_: string, __: object, answer: (error: null, found: { address: string; family: number }[]) => void) =>
        answer(null, [{ address: "127.0.0.1", family: 4 }]),
    };
    await expect(open(`http://vendor.test:${portOf()}/v1/realtime`, toHere)).rejects.toMatchObject({
      kind: "forbidden",
    });
    expect(vendor.sessions).toHaveLength(0);
  });

  it("that is not there is one that cannot be reached", async () => {
    const sockets = createVendorSockets();
    const { answer } = sockets.open({ url: "http://127.0.0.1:1/v1/realtime", headers: {}, ...patience });
    await expect(answer).rejects.toMatchObject({ kind: "connect" });
  });
});

describe("Azure", () => {
  it.each(["", "/models", "/openai/v1"])(
    "is asked by the resource's own path, with %j behind its name",
    async (base) => {
      const provider = makeProvider("azure-openai", new URL(vendor.url).origin + base);
      const gateway = await startGateway(makeSnapshot({ targets: [makeTarget(provider, "our voice")] }));
      const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/v1/realtime?model=our%20voice`, {
        headers: { authorization: `Bearer ${testKey}` },
      });
      await new Promise((resolve) => socket.once("message", resolve));
      const [{ url, headers } = { url: "", headers: {} }] = vendor.sessions;
      expect(url).toBe("/openai/v1/realtime?model=our%20voice");
      expect(headers).toMatchObject({ "api-key": "sk-vendor-credential" });
      socket.close();
      await waitFor(() => gateway.records.length === 1);
      await gateway.close();
    },
  );
});

describe("a side that does not read", () => {
  let gateway: TestGateway;
  beforeEach(async () => {
    const target = makeTarget(makeProvider("openai", vendor.url), "voice");
    gateway = await startGateway(makeSnapshot({ targets: [target] }));
  });
  afterEach(() => gateway.close());

  async function open(): Promise<WebSocket> {
    const headers = { authorization: `Bearer ${testKey}` };
    const socket = new WebSocket(`${gateway.url.replace("http", "ws")}/v1/realtime?model=voice`, { headers });
    await new Promise((resolve) => socket.once("message", resolve));
    return socket;
  }

  it("holds the other one back, whichever it is, and all is there when it reads again", async () => {
    const client = await open();
    const [session] = vendor.sessions;
    const megabyte = Buffer.alloc(2 ** 20, "x");
    let heard = 0;
    client.on("message", (data: Buffer, isBinary: boolean) => (heard += isBinary ? data.length : 0));
    client.pause();
    let told = 0;
    for (let time = 0; time < 64; time += 1) session?.socket.send(megabyte, { binary: true }, () => (told += 1));
    await pause(500);
    expect(told).toBeLessThan(60);
    client.resume();
    await waitFor(() => heard === 64 * megabyte.length, 120_000);
    session?.socket.pause();
    let said = 0;
    for (let time = 0; time < 64; time += 1) client.send(megabyte, { binary: true }, () => (said += 1));
    await pause(500);
    expect(said).toBeLessThan(60);
    session?.socket.resume();
    await waitFor(() => session?.said.length === 64, 120_000);
    client.close();
    await waitFor(() => gateway.records.length === 1);
  });
});
