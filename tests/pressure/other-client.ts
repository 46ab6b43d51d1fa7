// A client that does nothing but what it should, in a process of its own: one small request every 50 ms, half of them asked of
// a vendor. Started by stage.ts with the URL and a key; tells what it saw when it is told to by a message.

import { Agent, request } from "node:http";

const [url = "", key = ""] = process.argv.slice(2);
const everyMs = 50;
const patienceMs = 20_000;
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
const body = JSON.stringify({
  model: "openai/gpt-4o-mini",
  max_tokens: 5,
  messages: [{ role: "user", content: "hello" }],
});

export interface Seen {
  readonly requests: number;
  /** All but a 200. */
  readonly failures: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

let latencies: number[] = [];
let failures = 0;

function ask(isChat: boolean): void {
  const startedAt = performance.now();
  const done = (status: number): void => {
    latencies.push(performance.now() - startedAt);
    if (status !== 200) failures += 1;
  };
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const options = { agent, timeout: patienceMs, ...(isChat && { method: "POST", headers }) };
  const asked = request(url + (isChat ? "/v1/chat/completions" : "/health/live"), options, (response) => {
    response.resume().once("end", () => done(response.statusCode ?? 0));
  });
  asked.once("timeout", () => asked.destroy());
  asked.once("error", () => done(0));
  asked.end(isChat ? body : undefined);
}

function report(): Seen {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  const seen = { requests: sorted.length, failures, p50Ms: at(0.5), p99Ms: at(0.99) };
  latencies = [];
  failures = 0;
  return seen;
}

let turn = 0;
setInterval(() => ask((turn += 1) % 2 === 0), everyMs);
process.on("message", () => process.send?.(report()));
process.on("disconnect", () => process.exit());
