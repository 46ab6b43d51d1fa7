// Many chats over many WebSockets at their pace, and clients that mean harm: every chat is whole and recorded once, and memory stays
// where it was. GHOSTLLM_SOCKETS sets how many; default 1,000.

import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { ChatPage } from "../../apps/server/tests/support/chat-page.ts";
import { openRaw, type RawConnection } from "../../apps/server/tests/support/raw-socket.ts";
import { type FakeProcess, startFakeProcess } from "../bench/fake-process.ts";
import { readMemory } from "../bench/process-usage.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server.ts";
import { slowdown } from "../support/slowdown.ts";

const sockets = Number(process.env["GHOSTLLM_SOCKETS"] ?? 1_000);
const chatsOfEach = 5;
const chunks = 20;
const seconds = 2;
const data = { model: "gpt-4o-mini", messages: [{ role: "user", content: "hello" }] };

let vendor: FakeProcess;
let server: ReadyServer;
let account: Account;

beforeAll(async () => {
  vendor = await startFakeProcess();
  const environment = { GHOSTLLM_CONNECTIONS_PER_ADDRESS: "20000", GHOSTLLM_CONNECTIONS: "20000" };
  server = await startServer({ upstreamUrl: vendor.url, environment });
  account = await createAccount(server.admin, { key: { budget_usd: "100000" } });
});

afterAll(async () => {
  await server?.stop();
  await vendor?.stop();
});

function megabytes(): number {
  return readMemory(server.pid).residentMegabytes;
}

async function recorded(): Promise<number> {
  const { total } = await server.admin.usage.summary({ query: { api_key_id: account.keyId } });
  return total.requests;
}

interface Client {
  readonly gaps: number[];
  readonly failures: string[];
}

/** One chat after the other, each of as many pieces as it should have. */
async function talk(page: ChatPage, { gaps, failures }: Client): Promise<void> {
  for (let turn = 0; turn < chatsOfEach; turn += 1) {
    const id = String(turn);
    let [pieces, last] = [0, performance.now()];
    const listen = (bytes: Buffer): void => {
      const { type } = JSON.parse(bytes.toString()) as { type: string };
      if (type !== "chunk") return;
      const now = performance.now();
      if (pieces > 0) gaps.push(now - last);
      [pieces, last] = [pieces + 1, now];
    };
    page.socket.on("message", listen);
    const end = (await page.chat(data, { id })).at(-1);
    page.socket.off("message", listen);
    if (end?.type !== "done" || pieces < chunks) failures.push(`${pieces} pieces, ${JSON.stringify(end)}`);
    page.messages.length = 0;
  }
}

it(`${sockets} sockets with ${chatsOfEach} chats each at their pace`, { timeout: 240_000 }, async () => {
  await vendor.control.script({ kind: "chat", chunks, tokensPerSecond: chunks / seconds });
  const before = megabytes();
  const pages: ChatPage[] = [];
  for (let index = 0; index < sockets; index += 1) {
    pages.push(await ChatPage.ready(server.url, account.key));
    if (index % 50 === 49) await sleep(10);
  }
  const open = megabytes();
  const client: Client = { gaps: [], failures: [] };
  const beganAt = performance.now();
  const talks = pages.map(async (page, index) => {
    // Not all in the same tick.
    await sleep((index / sockets) * seconds * 1000);
    await talk(page, client);
  });
  await sleep(seconds * 2_000);
  const busy = megabytes();
  await Promise.all(talks);
  const gaps = client.gaps.toSorted((a, b) => a - b);
  const share = (part: number): string => (gaps[Math.floor(gaps.length * part)] ?? 0).toFixed(0);
  console.info(
    `${sockets} sockets, ${sockets * chatsOfEach} chats in ${((performance.now() - beganAt) / 1000).toFixed(0)} s; ` +
      `between pieces ${(seconds * 1000) / chunks} ms meant, p50 ${share(0.5)}, p99 ${share(0.99)}, longest ${share(0.999999)} ms; ` +
      `RSS ${before.toFixed(0)} MB before, ${open.toFixed(0)} open, ${busy.toFixed(0)} busy (${(((busy - before) * 1024) / sockets).toFixed(0)} kB a socket)`,
  );
  expect(client.failures).toEqual([]);
  for (const page of pages) page.close();
  await vi.waitFor(async () => expect(await recorded()).toBe(sockets * chatsOfEach), {
    timeout: 45_000,
    interval: 300,
  });
  expect(busy - before).toBeLessThan(150 + sockets * 0.06);
});

/** A frame of a client: masked with zeros, so that the bytes are what they are. */
function frame(
  opcode: number,
  payload: string | Buffer,
  { isLast = true, claims = Buffer.byteLength(payload) } = {},
): Buffer {
  const first = (isLast ? 0x80 : 0) | opcode;
  const head =
    claims < 126
      ? Buffer.from([first, 0x80 | claims, 0, 0, 0, 0])
      : Buffer.from([
          first,
          0xff,
          0,
          0,
          0,
          0,
          claims >>> 24,
          (claims >>> 16) & 255,
          (claims >>> 8) & 255,
          claims & 255,
          0,
          0,
          0,
          0,
        ]);
  return Buffer.concat([head, Buffer.from(payload)]);
}

async function upgraded(key: string | null): Promise<RawConnection> {
  const connection = await openRaw(server.url);
  const head = [
    ...["GET /v1/chat/stream HTTP/1.1", "host: x", "connection: upgrade", "upgrade: websocket"],
    ...["sec-websocket-version: 13", "sec-websocket-key: MDEyMzQ1Njc4OWFiY2RlZg=="],
    ...(key === null ? [] : [`authorization: Bearer ${key}`]),
  ];
  connection.send(`${head.join("\r\n")}\r\n\r\n`);
  await connection.until((text) => text.includes("\r\n\r\n"));
  return connection;
}

const text = 1;
const chat = (id: string, more: object = {}): string =>
  JSON.stringify({ type: "chat", id, data: { ...data, ...more } });

/** What each of them does on its connection, which nobody reads where it says so. */
const attacks: Readonly<
  Record<string, { readonly reads?: boolean; readonly key?: boolean; run(client: RawConnection): Promise<void> | void }>
> = {
  "messages that never end": {
    run: (client) => {
      client.send(frame(text, `{"type":"chat","id":"x","data":{"a":"${"x".repeat(60_000)}`, { isLast: false }));
      for (let part = 0; part < 14; part += 1) client.send(frame(0, "x".repeat(60_000), { isLast: false }));
    },
  },
  "a message that claims to be 4 GB": {
    run: (client) => client.send(frame(text, "x".repeat(1_000), { claims: 0xffff_ffff })),
  },
  "pings without end, and no look at the answers": {
    reads: false,
    run: async (client) => {
      const many = Buffer.concat(Array.from({ length: 500 }, () => frame(9, "x".repeat(120))));
      for (let time = 0; time < 40 && client.socket.writableLength < 2 ** 20; time += 1) {
        client.send(many);
        await sleep(5);
      }
    },
  },
  "chats whose answers nobody reads": {
    reads: false,
    run: (client) => {
      for (let id = 0; id < 32; id += 1) client.send(frame(text, chat(String(id))));
    },
  },
  "messages that make no sense": {
    run: (client) => {
      for (let time = 0; time < 500; time += 1) client.send(frame(text, "{}"));
    },
  },
  "errors that nobody reads": {
    reads: false,
    run: (client) => {
      for (let time = 0; time < 2_000; time += 1) client.send(frame(text, chat("same", { model: "no-such-model" })));
    },
  },
  "chats that are cancelled at once": {
    run: async (client) => {
      for (let id = 0; id < 100; id += 1) {
        client.send(frame(text, chat(String(id))));
        client.send(frame(text, JSON.stringify({ type: "cancel", id: String(id) })));
        if (id % 10 === 0) await sleep(5);
      }
    },
  },
  "keys that are guessed": {
    key: false,
    run: (client) => {
      for (let guess = 0; guess < 100; guess += 1)
        client.send(frame(text, `{"type":"auth","token":"gk-guess-${guess}"}`));
    },
  },
  "much before anybody knows who it is": { key: false, run: (client) => client.send(frame(text, "x".repeat(500_000))) },
  "text that is none": { run: (client) => client.send(frame(text, Buffer.from([0xff, 0xfe, 0x80]))) },
  "frames with bits that mean nothing": { run: (client) => client.send(Buffer.from([0xf1, 0x80, 0, 0, 0, 0])) },
  "binary messages": {
    run: (client) => {
      for (let time = 0; time < 30; time += 1) client.send(frame(2, Buffer.alloc(1_000)));
    },
  },
  "data that is nested deeply": {
    run: (client) =>
      client.send(frame(text, `{"type":"chat","id":"x","data":{"a":${"[".repeat(400_000)}${"]".repeat(400_000)}}}`)),
  },
  "a close in the middle of a chat": {
    run: async (client) => {
      client.send(frame(text, chat("x")));
      await sleep(20);
      client.send(frame(8, Buffer.from([0x03, 0xe8])));
    },
  },
};

const attackers = 24;

async function attack(name: string): Promise<void> {
  const { reads = true, key = true, run } = attacks[name] ?? { run: () => undefined };
  const connections = await Promise.all(Array.from({ length: attackers }, () => upgraded(key ? account.key : null)));
  for (const { socket } of connections) if (!reads) socket.pause();
  await Promise.all(connections.map(async (connection) => run(connection)));
  await sleep(300);
  for (const connection of connections) connection.destroy();
}

it("clients that mean harm cost nobody else anything, and leave nothing behind", { timeout: 240_000 }, async () => {
  await vendor.control.script({ kind: "chat", chunks: 200, tokensPerSecond: 100 });
  const friend = await ChatPage.ready(server.url, account.key);
  const round = async (): Promise<number> => {
    for (const name of Object.keys(attacks)) await attack(name);
    await sleep(2_000);
    return megabytes();
  };
  const after = [await round(), await round()];
  console.info(`RSS after each of ${after.length} rounds: ${after.map((size) => size.toFixed(0)).join(", ")} MB`);
  const beganAt = performance.now();
  await vendor.control.script({ kind: "chat", text: "still here" });
  expect((await friend.chat(data, { id: "friend" })).at(-1)).toMatchObject({ type: "done", finish_reason: "stop" });
  expect(performance.now() - beganAt).toBeLessThan(2_000 * slowdown());
  friend.close();
  expect((after.at(-1) ?? 0) - (after[0] ?? 0)).toBeLessThan(60);
  const metrics = await fetch(`${server.url}/metrics`, { headers: { authorization: `Bearer ${server.adminKey}` } });
  expect(await metrics.text()).toMatch(/^ghostllm_held_bytes 0$/m);
  // Nothing of what ran holds a place or money any more.
  await vi.waitFor(async () => {
    const own = await fetch(`${server.url}/v1/key`, { headers: { authorization: `Bearer ${account.key}` } });
    const told = await own.text();
    expect(told).toContain('"running":0');
    expect(told).not.toMatch(/"running":[1-9]|"reserved_usd":"0\.0*[1-9]/);
  });
});
