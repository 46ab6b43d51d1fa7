// How connections to vendors are used again, and when they are not.

import { afterEach, describe, expect, it } from "vitest";
import type { Socket } from "node:net";
import type { UpstreamClient } from "#gateway/upstream/upstream.ts";
import { pause, waitFor } from "./support/stage.ts";
import { ask, bothClients, certificateOf, get, post } from "./upstream-support/both-clients.ts";
import type { ClientSettings } from "./upstream-support/both-clients.ts";
import { startHastyVendor } from "./upstream-support/hasty-vendor.ts";
import { answerText, chunkedHead, chunkText, startRawVendor } from "./upstream-support/raw-vendor.ts";
import type { RawVendor, RawVendorOptions } from "./upstream-support/raw-vendor.ts";

describe.each(bothClients)("over $name", ({ name, create }) => {
  let vendor: RawVendor;
  let client: UpstreamClient;
  const start = async (options: RawVendorOptions, settings: ClientSettings = {}): Promise<void> => {
    vendor = await startRawVendor(options);
    client = create(settings);
  };
  const answerAll = ({ socket }: { readonly socket: Socket }): void => void socket.write(answerText("ok"));
  const expectOk = async (times = 1): Promise<void> => {
    for (let left = times; left > 0; left -= 1)
      expect(await ask(client, post(vendor.url))).toMatchObject({ text: "ok" });
  };
  afterEach(async () => {
    await client.close();
    await vendor.close();
  });
  /** undici has a connection each for two that come within one turn of the event loop. */
  const breath = (): Promise<void> => pause(2);

  it.each([
    ["a length", answerText("ok")],
    ["chunks", `${chunkedHead}${chunkText("ok")}0\r\n\r\n`],
    ["nothing", "HTTP/1.1 204 No Content\r\n\r\n"],
  ])("one connection carries all that come one after the other, answered with %s", async (_what, text) => {
    await start({ onRequest: ({ socket }) => socket.write(text) });
    for (const size of [2, 16_384, 16_385, 100_000]) {
      for (let left = 10; left > 0; left -= 1) {
        expect((await ask(client, post(vendor.url, "x".repeat(size)))).failure).toBeNull();
        await breath();
        expect((await ask(client, get(vendor.url))).failure).toBeNull();
        await breath();
      }
    }
    expect(vendor.requests).toHaveLength(80);
    expect(vendor.connections).toBe(1);
  });

  it("as many connections carry those that come together, and are used again", async () => {
    await start({ onRequest: ({ socket }) => void setTimeout(() => socket.write(answerText("ok")), 10) });
    for (let rounds = 5; rounds > 0; rounds -= 1) {
      const told = await Promise.all(Array.from({ length: 20 }, () => ask(client, post(vendor.url))));
      expect(told.every(({ text }) => text === "ok")).toBe(true);
      await breath();
    }
    expect(vendor.connections).toBe(20);
  });

  it.each([
    ["that it closes", answerText("ok", ["Connection: close"])],
    ["HTTP/1.0", answerText("ok").replace("1.1", "1.0")],
    ["less than it sends", `${answerText("ok")}more`],
    ["that it sends two answers", answerText("ok") + answerText("EVIL")],
  ])("a connection over which the vendor said %s is not used again", async (_what, text) => {
    await start({ onRequest: ({ socket }) => socket.write(text) });
    for (let left = 5; left > 0; left -= 1) {
      expect(await ask(client, post(vendor.url))).toMatchObject({ status: 200, text: "ok" });
      await breath();
    }
    expect(vendor.connections).toBe(5);
    await waitFor(() => [...vendor.sockets].every(({ readableEnded }) => readableEnded));
  });

  it("a connection over which something comes that nobody asked for is not used again", async () => {
    await start({ onRequest: answerAll });
    await expectOk();
    await pause(20);
    vendor.requests[0]?.socket.write(answerText("EVIL"));
    await pause(20);
    await expectOk();
    expect(vendor.connections).toBe(2);
  });

  it("a connection that the vendor will not keep is not used at its end", async () => {
    await start({
      onRequest: ({ socket }) => {
        socket.write(answerText("ok", ["Keep-Alive: timeout=1"]));
        socket.setTimeout(1_000, () => socket.destroy());
      },
    });
    await expectOk();
    await pause(100);
    await expectOk();
    expect(vendor.connections).toBe(name === "lean" ? 1 : 2);
    for (const restMs of [950, 1_000, 1_050]) {
      await pause(restMs);
      await expectOk();
    }
    expect(vendor.connections).toBe(name === "lean" ? 4 : 5);
  });

  it("idle connections may be closed by the vendor", async () => {
    await start({ onRequest: answerAll });
    for (const how of ["end", "resetAndDestroy"] as const) {
      await expectOk();
      await pause(20);
      for (const socket of vendor.sockets) socket[how]();
      await pause(20);
      await expectOk();
    }
  });

  it("leads to an address of either kind", async () => {
    await start({ onRequest: answerAll, host: "::1" });
    expect(vendor.url).toMatch(/^http:\/\/\[::1\]:/);
    await expectOk(2);
    expect(vendor.requests[0]?.head).toMatch(new RegExp(`^host: \\[::1\\]:${vendor.port}\\r$`, "im"));
  });

  it("leads to the next address of a name when one does not answer", async () => {
    const resolve: ClientSettings["resolve"] = (_name, _options, answer) =>
      answer(null, [
        { address: "::1", family: 6 },
        { address: "127.0.0.1", family: 4 },
      ]);
    await start({ onRequest: answerAll }, { resolve });
    expect(await ask(client, get(`http://vendor.test:${vendor.port}`))).toMatchObject({ text: "ok" });
    expect(vendor.requests[0]?.head).toMatch(new RegExp(`^host: vendor\\.test:${vendor.port}\\r$`, "im"));
  });

  describe("a vendor that closes each connection without having said so", () => {
    const rounds = 30;
    /** Of pairs of requests, of which the second comes when the connection of the first is being closed. */
    const failuresOf = async (url: string, method: "GET" | "POST"): Promise<number> => {
      let failed = 0;
      const own = create();
      const once = (): Promise<{ readonly failure: unknown }> => ask(own, method === "GET" ? get(url) : post(url));
      for (let round = 0; round < rounds; round += 1) {
        await ask(own, get(url));
        const dueMs = performance.now() + 13.5 + (3 * round) / rounds;
        await pause(12);
        while (performance.now() < dueMs) await new Promise((resolve) => setImmediate(resolve));
        if ((await once()).failure !== null) failed += 1;
        await pause(20);
      }
      await own.close();
      return failed;
    };

    it.each(["end", "resetAndDestroy"] as const)(
      "15 ms after its answer, at the moment of the next request (%s)",
      async (how) => {
        await start({});
        const hasty = await startHastyVendor({ closesAfterMs: 15, how });
        const [gets, posts] = [await failuresOf(hasty.url, "GET"), await failuresOf(hasty.url, "POST")];
        await hasty.close();
        // undici asks for nothing again, and meets the moment more often.
        if (name === "lean") expect(gets).toBe(0);
        expect(posts).toBeLessThan(name === "lean" ? rounds / 4 : rounds);
      },
    );

    it.each(["end", "resetAndDestroy"] as const)("straight behind its answer (%s)", async (how) => {
      await start({});
      const hasty = await startHastyVendor({ closesAfterMs: 0, how });
      let failed = 0;
      const work = async (): Promise<void> => {
        for (let left = 50; left > 0; left -= 1) {
          const told = await ask(client, left % 2 === 0 ? get(hasty.url) : post(hasty.url));
          if (told.failure !== null) failed += 1;
        }
      };
      await Promise.all(Array.from({ length: 16 }, work));
      await hasty.close();
      // Of 800: a few before it is known that the vendor is one of those.
      expect(failed).toBeLessThan(25);
    });
  });

  describe("over TLS", () => {
    const first = certificateOf("first");
    const network = { certificates: first.cert.toString() };
    /** All names lead here. */
    const resolve: ClientSettings["resolve"] = (_name, _options, answer) =>
      answer(null, [{ address: "127.0.0.1", family: 4 }]);

    it("connections are used again, and new ones resume the session", async () => {
      await start({ onRequest: answerAll, tls: first }, { network });
      for (let left = 5; left > 0; left -= 1) {
        await expectOk();
        await breath();
      }
      expect(vendor.connections).toBe(1);
      for (let left = 3; left > 0; left -= 1) {
        for (const socket of vendor.sockets) socket.destroy();
        await pause(20);
        await expectOk();
        await breath();
      }
      expect(vendor.connections).toBe(4);
      // undici keeps sessions by names alone.
      if (name === "lean") expect(vendor.resumed).toBe(3);
    });

    it("large bodies pass both ways", async () => {
      const body = "x".repeat(3_000_000);
      await start({ onRequest: ({ socket }) => socket.write(answerText(body)), tls: first }, { network });
      expect((await ask(client, post(vendor.url, body))).text).toBe(body);
      expect(vendor.requests[0]?.body).toBe(body);
    });

    it("a vendor whom nobody known vouches for is not asked, however often", async () => {
      await start({ onRequest: answerAll, tls: certificateOf("second") }, { network });
      for (let left = 3; left > 0; left -= 1)
        expect((await ask(client, post(vendor.url))).failure).toMatchObject({ kind: "connect" });
      expect(vendor.requests).toEqual([]);
    });

    it("a vendor under another's name is not asked, however often", async () => {
      await start({ onRequest: answerAll, tls: first }, { network, resolve });
      expect((await ask(client, post(`https://llm.example.com:${vendor.port}`))).text).toBe("ok");
      for (const host of ["other.example.com", "127.0.0.2"]) {
        for (let left = 3; left > 0; left -= 1) {
          const { failure } = await ask(client, post(`https://${host}:${vendor.port}`));
          expect(failure).toMatchObject({ kind: "connect" });
        }
      }
      expect(vendor.requests).toHaveLength(1);
    });

    it("an answer that only the end of the connection ends is whole with it", async () => {
      await start(
        { onRequest: ({ socket }) => void socket.end("HTTP/1.1 200 OK\r\n\r\nall"), tls: first },
        { network },
      );
      expect(await ask(client, post(vendor.url))).toMatchObject({ text: "all", failure: null });
    });
  });
});
