import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createUpstreamClient } from "./client.ts";
import type { UpstreamAnswer, UpstreamClient, UpstreamFailure } from "./upstream.ts";

const patient = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000 };

let vendor: FakeUpstream;
let client: UpstreamClient;

beforeAll(async () => {
  vendor = await startFakeUpstream();
  client = createUpstreamClient(patient);
});
afterAll(async () => {
  await client.close();
  await vendor.close();
});

function ask(): Promise<UpstreamAnswer> {
  const body = JSON.stringify({ model: "m", stream: true, messages: [{ role: "user", content: "x" }] });
  const headers = { "content-type": "application/json", authorization: "Bearer x" };
  return client.send({ method: "POST", url: `${vendor.url}/v1/chat/completions`, headers, body }).answer;
}

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
  ["at once", { kind: "chat", chunks: 20, paceMs: 1 }, { atPiece: 3, pausesBefore: false }],
  ["when it goes on after a pause", { kind: "chat", chunks: 20, paceMs: 2 }, { atPiece: 2, pausesBefore: true }],
  [
    "when it goes on and the vendor has ended",
    { kind: "chat", chunks: 3, paceMs: 1 },
    { atPiece: 2, pausesBefore: true },
  ],
  ["at its end", { kind: "chat", chunks: 3 }, { atPiece: Infinity, pausesBefore: false }],
  ["at its end, after a pause", { kind: "chat", chunks: 2 }, { atPiece: Infinity, pausesBefore: true }],
] as const)("a sink that throws %s: its answer has failed, and no other", async (_when, script, fault) => {
  vendor.script(script);
  const other = ask();
  const failure = await readWith(await ask(), fault);
  expect(failure.kind).toBe("broken");
  expect(failure.cause).toBeInstanceOf(TypeError);
  const text = await new Promise<string>((resolve, reject) => {
    let received = "";
    void other.then((answer) => {
      answer.deliverTo({
        onData: (chunk) => (received += chunk.toString()),
        onEnd: () => resolve(received),
        onFailure: reject,
      });
    });
  });
  expect(text).toContain("[DONE]");
});
