// What both ways to vendors do with a request and its answer, as long as nothing breaks.

import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { UpstreamAnswer, UpstreamClient, UpstreamFailure, UpstreamRequest } from "#gateway/upstream/upstream.ts";
import { pause, waitFor } from "./support/stage.ts";
import { ask, bothClients, get, post, readTold } from "./upstream-support/both-clients.ts";
import { answerText, chunkedHead, chunkText, startRawVendor } from "./upstream-support/raw-vendor.ts";
import type { RawVendor, RawVendorOptions } from "./upstream-support/raw-vendor.ts";

describe.each(bothClients)("over $name", ({ create }) => {
  let vendor: RawVendor;
  let client: UpstreamClient;
  const start = async (options: RawVendorOptions): Promise<void> => {
    vendor = await startRawVendor(options);
    client = create();
  };
  afterEach(async () => {
    await client.close();
    await vendor.close();
  });

  describe("a request", () => {
    it("goes out as it is", async () => {
      await start({
        onRequest: ({ socket }) => socket.write(answerText("ok", ["X-One: 1", "Set-Cookie: a", "Set-Cookie: b"])),
      });
      const answer = await client.send({ ...get(vendor.url), url: `${vendor.url}/v1/models?a=b%20c` }).answer;
      expect(answer.status).toBe(200);
      expect({ ...answer.headers }).toEqual({ "content-length": "2", "x-one": "1", "set-cookie": ["a", "b"] });
      expect(await readTold(answer)).toEqual({ text: "ok", failure: null });
      const head = vendor.requests[0]?.head;
      expect(head).toMatch(/^GET \/v1\/models\?a=b%20c HTTP\/1\.1\r\n/);
      expect(head).toMatch(new RegExp(`^host: 127\\.0\\.0\\.1:${vendor.port}\\r$`, "im"));
      expect(head).toMatch(/^accept: \*\/\*\r$/im);
      expect(head).not.toMatch(/content-length|transfer-encoding|user-agent/i);
      expect(vendor.requests[0]?.body).toBe("");
    });

    const bodies: readonly (readonly [string, UpstreamRequest["body"]])[] = [
      ["none", null],
      ["an empty one", ""],
      ["a short one", '{"a":1}'],
      ["one beyond ASCII", '{"a":"häßlich 😀 \ud800"}'],
      ["bytes", Buffer.from([0, 1, 128, 255, 13, 10])],
      ...[-1, 0, 1].map((more) => [`16 kB and ${more}`, "x".repeat(16 * 1024 + more)] as const),
      ["three million letters", "äb€".repeat(1_000_000)],
      ["three million bytes", Buffer.alloc(3_000_000, "abc")],
    ];
    it.each(bodies)("has the body that it is given: %s", async (_name, body) => {
      await start({ onRequest: ({ socket }) => socket.write(answerText("ok")) });
      const call = client.send(post(vendor.url, body));
      const answer = await call.answer;
      expect(call.isSent).toBe(true);
      expect((await readTold(answer)).text).toBe("ok");
      const [received] = vendor.requests;
      const bytes = Buffer.from(body ?? "");
      expect(received?.head).toMatch(new RegExp(`^content-length: ${bytes.length}\\r$`, "im"));
      expect(Buffer.from(received?.body ?? "", "latin1").equals(bytes)).toBe(true);
    });

    const evil = ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rb", "a\0b", "a\u0100b"];
    it.each(evil)("has no header that would not stay in its place: %j", async (value) => {
      await start({ onRequest: ({ socket }) => socket.write(answerText("ok")) });
      const named = await ask(client, { ...post(vendor.url), headers: { "x-good": value } });
      expect(named.failure).toMatchObject({ kind: "broken" });
      const naming = await ask(client, { ...post(vendor.url), headers: { [`x-${value}`]: "good" } });
      expect(naming.failure).toMatchObject({ kind: "broken" });
      expect(vendor.requests).toEqual([]);
      expect((await ask(client, post(vendor.url))).text).toBe("ok");
    });

    it("says itself how long it is, whatever its headers say", async () => {
      await start({ onRequest: ({ socket }) => socket.write(answerText("ok")) });
      const headers = { host: "127.0.0.1", "content-length": "2" };
      expect((await ask(client, { ...post(vendor.url, "{}"), headers })).text).toBe("ok");
      expect(vendor.requests[0]?.head.match(/content-length/gi)).toHaveLength(1);
    });
  });

  describe("an answer", () => {
    it("is told piece by piece, as it comes", async () => {
      await start({ onRequest: ({ socket }) => void socket.write(chunkedHead) });
      const answer = await client.send(post(vendor.url)).answer;
      const pieces: string[] = [];
      const ended = new Promise<void>((resolve, reject) => {
        answer.deliverTo({ onData: (piece) => pieces.push(piece.toString()), onEnd: resolve, onFailure: reject });
      });
      const socket = vendor.requests[0]?.socket;
      for (let count = 1; count <= 20; count += 1) {
        socket?.write(chunkText(`piece ${count}`));
        await waitFor(() => pieces.length === count);
      }
      socket?.write("0\r\n\r\n");
      await ended;
      expect(pieces).toEqual(Array.from({ length: 20 }, (_, at) => `piece ${at + 1}`));
    });

    it("may have words before it", async () => {
      const before = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
      await start({ onRequest: ({ socket }) => socket.write(before + answerText("ok", [], "201 Created")) });
      expect(await ask(client, post(vendor.url))).toEqual({ status: 201, text: "ok", failure: null });
    });

    it("is kept for whoever reads it late, and told when it has ended", async () => {
      await start({ onRequest: ({ socket }) => socket.write(answerText("x".repeat(10_000))) });
      const answer = await client.send(post(vendor.url)).answer;
      await pause(30);
      expect((await readTold(answer)).text).toHaveLength(10_000);
    });

    it.each([
      ["its length", (body: string) => answerText(body)],
      ["the end of the connection", (body: string) => `HTTP/1.1 200 OK\r\n\r\n${body}`],
      ["chunks", (body: string) => chunkedHead + chunkText(body) + "0\r\n\r\n"],
    ])("is whole when the vendor closes its side behind it: by %s", async (_name, write) => {
      await start({ onRequest: ({ socket }) => void socket.end(write("all of it")) });
      expect(await ask(client, post(vendor.url))).toEqual({ status: 200, text: "all of it", failure: null });
      await waitFor(() => vendor.sockets.size === 0);
    });

    it.each([
      ["a length", answerText("all of it").slice(0, -3)],
      ["chunks", chunkedHead + chunkText("all of")],
      ["chunks and the last of them", `${chunkedHead}${chunkText("all of")}0\r\n`],
    ])("is none when the vendor closes its side within it: of %s", async (_name, text) => {
      await start({ onRequest: ({ socket }) => void socket.end(text) });
      const told = await ask(client, post(vendor.url));
      expect(told).toMatchObject({ status: 200, text: "all of", failure: { kind: "broken" } });
    });

    it("that comes before the request has gone out is told, and its connection is of no more use", async () => {
      const refusal = answerText("too large", ["Connection: close"], "413 Content Too Large");
      let heads = 0;
      await start({
        onHead(socket) {
          heads += 1;
          // It never reads the rest.
          socket.write(refusal);
        },
      });
      const call = client.send(post(vendor.url, Buffer.alloc(20_000_000)));
      expect(await readTold(await call.answer)).toEqual({ text: "too large", failure: null });
      expect((await ask(client, post(vendor.url, Buffer.alloc(20_000_000)))).status).toBe(413);
      expect(heads).toBe(2);
      expect(vendor.connections).toBe(2);
    });
  });

  describe("whoever pauses", () => {
    it("is told nothing until he goes on, and the vendor has to wait", async () => {
      const total = 30_000_000;
      let writer: Socket | null = null;
      const flood = Buffer.alloc(total, "x");
      await start({
        onRequest({ socket }) {
          writer = socket;
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total}\r\n\r\n`);
          socket.write(flood);
        },
      });
      const answer = await client.send(post(vendor.url)).answer;
      let isPaused = false;
      let bytes = 0;
      let stray = 0;
      let pauses = 0;
      const ended = new Promise<void>((resolve, reject) => {
        answer.deliverTo({
          onData(piece) {
            if (isPaused) stray += 1;
            bytes += piece.length;
            if (pauses >= 30) return;
            pauses += 1;
            isPaused = true;
            answer.pause();
            setTimeout(() => {
              isPaused = false;
              answer.resume();
            }, 10);
          },
          onEnd: () => (isPaused ? reject(new Error("ended while paused")) : resolve()),
          onFailure: reject,
        });
      });
      await waitFor(() => pauses === 20);
      // The kernel's own buffers hold some megabytes.
      expect((writer as Socket | null)?.writableLength).toBeGreaterThan(total / 4);
      await ended;
      expect({ bytes, stray }).toEqual({ bytes: total, stray: 0 });
    });

    it("is told of the end when he goes on", async () => {
      await start({ onRequest: ({ socket }) => socket.write(answerText("ok")) });
      const answer = await client.send(post(vendor.url)).answer;
      answer.pause();
      const told: string[] = [];
      answer.deliverTo({
        onData: (piece) => (answer.pause(), told.push(piece.toString())),
        onEnd: () => told.push("end"),
        onFailure: () => told.push("failure"),
      });
      await pause(50);
      expect(told).toEqual(["ok"]);
      answer.resume();
      expect(told).toEqual(["ok", "end"]);
    });
  });

  describe("a sink that throws", () => {
    interface Fault {
      /** Thrown at this piece; at the end where there are not so many. */
      readonly atPiece: number;
      readonly pausesBefore: boolean;
    }

    function readWith(answer: UpstreamAnswer, { atPiece, pausesBefore }: Fault): Promise<UpstreamFailure> {
      let pieces = 0;
      return new Promise((resolve, reject) => {
        answer.deliverTo({
          onData() {
            pieces += 1;
            if (pieces === atPiece) throw new TypeError("a fault of ours");
            if (!pausesBefore) return;
            answer.pause();
            // As the event of a socket that has drained: nobody there would catch anything.
            setTimeout(() => answer.resume(), 20);
          },
          onEnd() {
            if (atPiece > pieces) throw new TypeError("a fault of ours");
            reject(new Error("ended well"));
          },
          onFailure: resolve,
        });
      });
    }

    it.each([
      ["at once", 20, { atPiece: 3, pausesBefore: false }],
      ["when it goes on after a pause", 20, { atPiece: 2, pausesBefore: true }],
      ["when it goes on and the vendor has ended", 3, { atPiece: 2, pausesBefore: true }],
      ["at its end", 3, { atPiece: Infinity, pausesBefore: false }],
      ["at its end, after a pause", 2, { atPiece: Infinity, pausesBefore: true }],
    ] as const)("%s: its answer has failed, and no other", async (_when, chunks, fault) => {
      await start({
        async onRequest({ socket }) {
          socket.write(chunkedHead);
          for (let left = chunks; left > 0; left -= 1) {
            await pause(2);
            socket.write(chunkText("data: x\n\n"));
          }
          socket.write("0\r\n\r\n");
        },
      });
      const other = client.send(post(vendor.url)).answer;
      const failure = await readWith(await client.send(post(vendor.url)).answer, fault);
      expect(failure.kind).toBe("broken");
      expect(failure.cause).toBeInstanceOf(TypeError);
      expect(await readTold(await other)).toEqual({ text: "data: x\n\n".repeat(chunks), failure: null });
    });
  });
});
