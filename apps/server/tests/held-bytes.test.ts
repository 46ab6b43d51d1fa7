// What is held in memory for clients: room is asked for before a body is read, an answer counts until its bytes have left,
// and whoever finds none is told to come again, while what is small goes on.

import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { makePrincipal, makeScope, testKey } from "./support/gateway.ts";
import { openRaw, requestText, statusOf } from "./support/raw-socket.ts";
import type { RawConnection } from "./support/raw-socket.ts";
import { chatPath, hello, postJson, readError, startStage, waitFor } from "./support/stage.ts";
import type { Stage, StageSettings } from "./support/stage.ts";

const mebibyte = 2 ** 20;
const capacity = { heldBytes: 8 * mebibyte, heldBytesPerKey: 3 * mebibyte, heldBytesPerAddress: 5 * mebibyte };
const otherKey = "gk-otherotherother-0123456789abcdef";
const thirdKey = "gk-thirdthirdthird-0123456789abcdef";

let stage: Stage;
const opened: RawConnection[] = [];

afterEach(async () => {
  for (const connection of opened.splice(0)) connection.destroy();
  await stage.close();
});

async function start(settings: StageSettings = {}): Promise<void> {
  const principals = Object.fromEntries(
    [testKey, otherKey, thirdKey].map((key) => [key, makePrincipal({ keyId: key, userId: key })]),
  );
  stage = await startStage({ capacity, snapshot: { principals }, ...settings });
}

const total = (): number => stage.gateway.deps.heldBytes.total;

interface Upload {
  readonly bytes: number;
  readonly key?: string;
  readonly path?: string;
  readonly contentType?: string;
  readonly isChunked?: boolean;
}

/** A request whose body does not come to its end. */
async function upload({
  bytes: asked,
  key = testKey,
  path = chatPath,
  contentType = "application/json",
  isChunked = false,
}: Upload): Promise<RawConnection> {
  const bytes = Math.floor(asked);
  const connection = await openRaw(stage.gateway.url);
  opened.push(connection);
  const head = requestText({
    path,
    headers: { "x-api-key": key, "content-type": contentType, "content-length": String(bytes) },
  });
  const piece = "x".repeat(isChunked ? bytes - 1 : 10);
  const chunk = `${piece.length.toString(16)}\r\n${piece}\r\n`;
  const framing = "transfer-encoding: chunked";
  connection.send(isChunked ? head.replace(/content-length: \d+/, framing) + chunk : head + piece);
  return connection;
}

async function refusalOf(connection: RawConnection): Promise<string> {
  const text = await connection.until((received) => received.includes("}}"));
  const code = /"code": ?"(\w+)"/.exec(text)?.[1];
  return `${statusOf(text)} ${code} ${/retry-after: (\d+)/.exec(text)?.[1]}`;
}

describe.each([
  ["with its length told", false],
  ["in chunks", true],
])("a body %s", (_name, isChunked) => {
  it("for which its key has no room left: 429, with nothing read", async () => {
    await start();
    await upload({ bytes: 2 * mebibyte, isChunked });
    await waitFor(() => total() >= 2 * mebibyte - 1);
    expect(await refusalOf(await upload({ bytes: 1.5 * mebibyte, isChunked }))).toBe("429 rate_limit_exceeded 2");
    expect((await stage.post(hello)).status).toBe(200);
    expect((await postJson(`${stage.gateway.url}/v1/models`, {}, { method: "POST" })).status).toBe(405);
  });

  it("for which its address has none: 429; for which nobody has any: 503", async () => {
    await start();
    await upload({ bytes: 2.5 * mebibyte, isChunked });
    await upload({ bytes: 2.4 * mebibyte, key: otherKey, isChunked });
    await waitFor(() => total() >= 4.9 * mebibyte - 8);
    expect(await refusalOf(await upload({ bytes: mebibyte, key: thirdKey, isChunked }))).toBe(
      "429 rate_limit_exceeded 2",
    );
    await stage.close();
    await start({ capacity: { ...capacity, heldBytesPerAddress: 20 * mebibyte, heldBytesPerKey: 20 * mebibyte } });
    await upload({ bytes: 6.5 * mebibyte, isChunked });
    await waitFor(() => total() >= 6.5 * mebibyte - 8);
    expect(await refusalOf(await upload({ bytes: mebibyte, isChunked }))).toBe("503 service_unavailable 2");
    expect((await stage.post(hello)).status).toBe(200);
  });
});

/** What describes an object that a vendor keeps is short: of those routes only files need room. */
const form = "multipart/form-data; boundary=x";
const others = ["/v1/messages", "/v1beta/models/m:generateContent", "/api/chat", "/v1/responses"].map((path) => ({
  path,
}));

it.each([...others, { path: "/v1/files", contentType: form }])(
  "$path asks for room as well",
  async ({ path, ...typed }) => {
    await start();
    await upload({ bytes: 2.9 * mebibyte });
    await waitFor(() => total() > 2 * mebibyte);
    const text = await (
      await upload({ bytes: 1.5 * mebibyte, path, ...typed })
    ).until((received) => received.includes("}"));
    expect([path, statusOf(text)]).toEqual([path, 429]);
  },
);

it("what is given back is there for others, whichever way it ends", async () => {
  await start();
  const large = JSON.stringify({ ...hello, user: "x".repeat(2 * mebibyte) });
  for (let turn = 0; turn < 5; turn += 1) expect((await stage.post(large)).status).toBe(200);
  expect((await stage.post(`${large}]`)).status).toBe(400);
  stage.upstream.script({ kind: "error", status: 500 });
  expect((await stage.post(large)).status).toBe(500);
  const left = await upload({ bytes: 2 * mebibyte });
  await waitFor(() => total() >= 2 * mebibyte);
  left.destroy();
  await waitFor(() => total() === 0);
});

it("a compressed body takes what it becomes", async () => {
  await start();
  const bomb = gzipSync(JSON.stringify({ ...hello, user: "x".repeat(4 * mebibyte) }));
  await upload({ bytes: mebibyte });
  await waitFor(() => total() >= mebibyte);
  const init = { headers: { "content-encoding": "gzip" } };
  const response = await stage.post(bomb, chatPath, init);
  expect([response.status, (await readError(response)).code]).toEqual([429, "rate_limit_exceeded"]);
  expect((await stage.post(gzipSync(JSON.stringify(hello)), chatPath, init)).status).toBe(200);
});

it("one request alone always has room, up to what a body may have", async () => {
  await start({ capacity: { heldBytes: 70_000, heldBytesPerKey: 70_000, heldBytesPerAddress: 70_000 } });
  expect((await stage.post({ ...hello, user: "x".repeat(3 * mebibyte) })).status).toBe(200);
});

describe("an answer", () => {
  const answer = {
    choices: [{ message: { content: "x".repeat(2 * mebibyte) } }],
    usage: { prompt_tokens: 3, completion_tokens: 5 },
  };

  it("for which there is no room passes through, and is billed as any other", async () => {
    await start({ target: { prices: null } });
    await upload({ bytes: 2.5 * mebibyte });
    await waitFor(() => total() >= 2 * mebibyte);
    stage.upstream.script({ kind: "answer", body: answer });
    const response = await stage.post(hello);
    expect(await response.json()).toEqual(answer);
    await waitFor(() => stage.gateway.records.length > 0);
    expect(stage.gateway.records.at(-1)).toMatchObject({ status: "ok", promptTokens: 3, completionTokens: 5 });
  });

  it("that must be translated is refused where there is no room for it, and its prompt is charged", async () => {
    await start();
    await upload({ bytes: 2.5 * mebibyte });
    await waitFor(() => total() >= 2 * mebibyte);
    stage.upstream.script({ kind: "answer", body: answer });
    const body = { model: "fake-model", max_tokens: 9, messages: [{ role: "user", content: "hello" }] };
    const response = await stage.post(body, "/v1/messages");
    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "2"]);
    await waitFor(() => stage.gateway.records.length > 0);
    expect(stage.gateway.records.at(-1)).toMatchObject({ status: "error", estimated: true });
    expect(stage.gateway.records.at(-1)?.promptTokens).toBeGreaterThan(0);
  });

  it("is held, and its request runs, until its bytes have left", async () => {
    const limits = { requestsPerMinute: null, tokensPerMinute: null, concurrentRequests: 1 };
    const principals = { [testKey]: makePrincipal({ scopes: [makeScope("key", "k", { limits })] }) };
    const heldBytes = 64 * mebibyte;
    const plenty = { heldBytes, heldBytesPerKey: heldBytes, heldBytesPerAddress: heldBytes };
    await start({ capacity: plenty, limits: { waitMs: 0 }, snapshot: { principals } });
    const size = 15 * mebibyte;
    stage.upstream.script({ kind: "answer", body: { choices: [{ message: { content: "x".repeat(size) } }] } });
    const slow = await openRaw(stage.gateway.url);
    opened.push(slow);
    slow.socket.pause();
    slow.send(requestText({ path: chatPath, headers: { "x-api-key": testKey }, body: JSON.stringify(hello) }));
    await waitFor(() => stage.gateway.records.length > 0);
    stage.upstream.script({ kind: "default" });
    expect(total()).toBeGreaterThan(size);
    expect((await stage.post(hello)).status).toBe(429);
    slow.socket.resume();
    await slow.until((text) => text.length > size);
    await waitFor(() => total() === 0);
    expect((await stage.post(hello)).status).toBe(200);
  });
});
