// Vendors whose bytes are no answers, or more than one: clients of every dialect are told an honest error, the record says so, and
// nothing of it reaches another request.

import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ClientDialectName } from "@ghostllm/llm";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { askings, names, speakingOnly } from "./support/every-dialect.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway } from "./support/gateway.ts";
import type { TestGateway } from "./support/gateway.ts";
import { chatPath, hello, pause, postJson, readBody, waitFor } from "./support/stage.ts";
import { unreadable } from "./upstream-support/answer-cases.ts";
import { answerText, chunkedHead, chunkText, startRawVendor } from "./upstream-support/raw-vendor.ts";
import type { RawVendor, RawVisit } from "./upstream-support/raw-vendor.ts";

let gateway: TestGateway;
let vendor: RawVendor;
let act: (visit: RawVisit) => void;
let greet: (socket: Socket) => void;
let served = 0;

beforeAll(async () => {
  const timeouts = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000 };
  // undici takes some of these for answers, and reads others for as long as they come.
  const upstream = createUpstreamClient(timeouts);
  gateway = await startGateway(makeSnapshot({ targets: [] }), { random: () => 0, timeouts, upstream });
});
afterAll(() => gateway.close());
beforeEach(async () => {
  greet = () => {};
  vendor = await startRawVendor({ onRequest: (visit) => act(visit), onConnection: (socket) => greet(socket) });
});
afterEach(() => vendor.close());

/** A model of each dialect's own name; of those before, which may have to rest, nothing is known. */
function serve(): void {
  served += 1;
  const targets = names.map((name) => {
    const definition = speakingOnly(name);
    const root = name.startsWith("openai") ? "/v1" : "";
    const change = { id: `${name}-${served}`, name, definition };
    return makeTarget(makeProvider(definition.type, vendor.url + root, change), `model-${name}`);
  });
  gateway.swap(makeSnapshot({ targets }));
}

async function ask(
  client: ClientDialectName,
  stream: boolean,
): Promise<{ readonly status: number; readonly text: string }> {
  const { path, body } = askings[client](`model-${client}`, stream);
  const response = await postJson(gateway.url + path, body);
  return { status: response.status, text: (await readBody(response)).text };
}

/** As the SDKs of each read it. */
const errors: Readonly<Record<ClientDialectName, object>> = {
  "openai-chat": { error: { message: expect.any(String), type: expect.any(String), code: "provider_error" } },
  "openai-responses": { error: { message: expect.any(String), type: expect.any(String), code: "provider_error" } },
  "anthropic-messages": { type: "error", error: { type: "api_error", message: expect.any(String) } },
  gemini: { error: { code: 502, message: expect.any(String), status: expect.any(String) } },
  ollama: { error: expect.any(String) },
};

const write =
  (text: string) =>
  ({ socket }: RawVisit): void =>
    void socket.write(Buffer.from(text, "latin1"));

/** Again and again, until the other side has had enough; counts what the network took. */
function flood({ socket }: Pick<RawVisit, "socket">, first: string, piece: string): void {
  socket.write(first);
  const many = Buffer.from(piece.repeat(Math.ceil(4_096 / piece.length)), "latin1");
  const more = (): void => {
    while (!socket.destroyed && socket.writable && socket.write(many));
  };
  socket.on("drain", more);
  more();
}

const ok = "HTTP/1.1 200 OK\r\n";

describe.each(names)("a client of %s", (client) => {
  const chosen = [
    ...["two lengths", "a length and chunks", "a length with a sign", "a length beyond all numbers"],
    ...["line feeds alone", "a folded header", "a NUL in a value", "a space before the colon", "too many headers"],
    ...["another protocol", "another protocol from here on", "HTTP/2", "HTTP/1.0 in chunks", "a coding before chunks"],
    ...["words in between without an end", "a word in between with a body"],
  ];
  const hostile: readonly (readonly [string, (visit: RawVisit) => void])[] = [
    ...chosen.map((name) => [name, write(unreadable[name] ?? "")] as const),
    ["a head without an end", (visit) => flood(visit, ok, "A: b\r\n")],
    ["a line without an end", (visit) => flood(visit, `${ok}A: `, "b")],
    ["words in between without an end, one after the other", (visit) => flood(visit, "", "HTTP/1.1 102 Wait\r\n\r\n")],
    ["nothing but an end", ({ socket }) => void socket.end()],
    ["a reset", ({ socket }) => void socket.resetAndDestroy()],
    ["half a head", ({ socket }) => void socket.end(`${ok}Content-`)],
  ];

  it.each(hostile)("is told of %s", async (_name, hostileAct) => {
    act = hostileAct;
    for (const stream of [false, true]) {
      serve();
      const before = gateway.records.length;
      const { status, text } = await ask(client, stream);
      expect(status).toBe(502);
      expect(JSON.parse(text)).toMatchObject(errors[client]);
      const record = gateway.records.at(-1);
      expect(gateway.records).toHaveLength(before + 1);
      expect(record).toMatchObject({ status: "error", errorCode: "provider_error", httpStatus: 502, attempts: 2 });
    }
    await waitFor(() => [...vendor.sockets].every(({ readableEnded, destroyed }) => readableEnded || destroyed));
  });

  it.each([
    ["ends", "5\r\nhel"],
    ["has no size", "-5\r\nhello\r\n"],
    ["is longer than it says", "5\r\nhello!\r\n"],
    ["has an extension without an end", `5;${"a".repeat(9_000)}`],
  ])("is told of an answer in chunks of which one %s", async (name, broken) => {
    act = ({ socket }) => {
      socket.write(chunkedHead + chunkText(": hello\n\n") + broken);
      if (name === "ends") setTimeout(() => socket.end(), 20);
    };
    for (const stream of [false, true]) {
      serve();
      const { status, text } = await ask(client, stream);
      // Where the comment has been passed on, an event of the stream tells it.
      if (stream && status === 200) expect(text).toMatch(/^: hello\n\n[^]*"provider_error"/);
      else expect(JSON.parse(text)).toMatchObject(errors[client]);
      expect(status === 502 || stream).toBe(true);
      expect(gateway.records.at(-1)).toMatchObject({ status: "error", errorCode: "provider_error" });
    }
  });
});

describe("what stands behind an answer reaches nobody", () => {
  const chat = (content: string): string =>
    JSON.stringify({
      id: "c",
      object: "chat.completion",
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    });
  const json = ["Content-Type: application/json"];
  const evil = answerText(chat("EVIL"), json);

  const tellMark = async (mark: string): Promise<string> => {
    const body = { ...hello, model: "model-openai-chat", messages: [{ role: "user", content: `mark-${mark}.` }] };
    const response = await postJson(gateway.url + chatPath, body);
    const { choices } = (await response.json()) as { choices?: { message: { content: string } }[] };
    return choices?.[0]?.message.content ?? `status ${response.status}`;
  };
  const markIn = ({ body }: RawVisit): string => /mark-(\w+)\./.exec(body)?.[1] ?? "none";
  const own = (visit: RawVisit): string => answerText(chat(markIn(visit)), json);

  const ways: readonly (readonly [string, (visit: RawVisit) => void])[] = [
    ["in the same packet", (visit) => void visit.socket.write(own(visit) + evil)],
    [
      "in the same packet, in chunks",
      (visit) => {
        const body = chunkText(chat(markIn(visit)));
        visit.socket.write(
          `${ok}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${body}0\r\n\r\n${evil}`,
        );
      },
    ],
    ["in part", (visit) => void visit.socket.write(own(visit) + evil.slice(0, 20))],
    [
      "as the body of a 204 before it",
      ({ socket, ...visit }) => {
        if (visit.request === 1 && markIn({ socket, ...visit }) === "w0")
          socket.write(`HTTP/1.1 204 No Content\r\nContent-Length: ${evil.length}\r\n\r\n`);
        else socket.write(own({ socket, ...visit }));
      },
    ],
  ];
  it.each(ways)("%s", async (_name, behave) => {
    act = behave;
    serve();
    await tellMark("w0");
    const marks = Array.from({ length: 60 }, (_, number) => `m${number}`);
    for (let at = 0; at < marks.length; at += 6) {
      const told = await Promise.all(marks.slice(at, at + 6).map(tellMark));
      expect(told).toEqual(marks.slice(at, at + 6));
    }
  });

  it("when it comes while nobody asks", async () => {
    act = (visit) => {
      visit.socket.write(own(visit));
      setTimeout(() => visit.socket.write(evil), 10);
    };
    serve();
    for (const mark of ["a", "b", "c"]) {
      expect(await tellMark(mark)).toBe(mark);
      await pause(40);
    }
    expect(vendor.connections).toBe(3);
  });

  it("when it comes before anybody has asked, it is the answer of that connection's first request alone", async () => {
    greet = (socket) => void socket.write(evil);
    act = (visit) => void setTimeout(() => visit.socket.write(own(visit)), 5);
    serve();
    for (const mark of ["a", "b", "c"]) {
      expect(["EVIL", mark]).toContain(await tellMark(mark));
      await pause(40);
    }
    expect(vendor.connections).toBe(3);
  });
});
