// A thousand mixed requests against a budget that lets a third through: by one process, by four workers of one, and by three instances
// with two workers each on one Redis, of which one is killed in the middle and whose Redis loses all it knew. The budget holds, nothing is
// billed twice or not at all, and what was held is given back.

import { setTimeout as sleep } from "node:timers/promises";
import { parseUsd, formatUsd } from "@ghostllm/contract";
import { startFakeUpstream, type ScriptFunction } from "@ghostllm/fake-upstream";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasRedis } from "../../tools/redis.ts";
import { expectAccounted } from "../faults/accounts.ts";
import { type Account, createAccount, listUsage } from "../support/admin.ts";
import { type Machines, startMachines } from "../support/instances.ts";
import { startServer } from "../support/server.ts";

const requests = 1_000;
/** By then all instances know of a change. */
const inForceMs = 1_000;
const atOnce = 60;
const models = ["gpt-4o-mini", "gpt-4o", "gpt-4.1-mini"] as const;
/** The most that an answer is let have; each has as many tokens as its number says. */
const mostTokens = 1_000;
/** Of which a third is the budget: what all requests would cost. */
const budgetUsd = "0.4";

interface Asked {
  readonly number: number;
  readonly model: (typeof models)[number];
  readonly stream: boolean;
  readonly what: "answer" | "abort" | "error";
  readonly namesMaximum: boolean;
}

function askedBy(number: number): Asked {
  const kind = number % 10;
  return {
    number,
    model: models[number % 3] ?? "gpt-4o",
    stream: number % 2 === 0,
    what: kind === 4 ? "abort" : kind === 7 ? "error" : "answer",
    namesMaximum: number % 5 !== 0,
  };
}

/** By which a record is known again: no two requests are told the same number of tokens. */
const promptTokens = 11;

/** What the vendor has told as used, by the number of the request. */
const told = new Map<number, { readonly model: string; times: number }>();

const vendor: ScriptFunction = (received) => {
  if (received.method === "GET") return { kind: "default" };
  const { model, messages } = received.json() as { model: string; messages: { content: string }[] };
  const number = Number(/number (\d+)/.exec(messages.at(-1)?.content ?? "")?.[1] ?? 0);
  const { what } = askedBy(number);
  if (what === "error") return { kind: "error", status: 500 };
  const known = told.get(number) ?? { model, times: 0 };
  told.set(number, known);
  known.times += 1;
  const usage = { prompt_tokens: promptTokens, completion_tokens: number, total_tokens: promptTokens + number };
  // Slow enough that many run at a time.
  return { kind: "chat", text: "some words that take their time to come", usage, delayMs: 20, tokensPerSecond: 60 };
};

/** Servers that count together. */
interface Place extends Pick<Machines, "servers" | "admin" | "dispose"> {
  /** What happens in the middle. */
  disturb(): Promise<void>;
}

/** One process over the embedded database. */
async function startAlone(workers: number): Promise<Place> {
  const upstream = await startFakeUpstream({ script: vendor, remember: 0 });
  const environment = { SERVER_WORKERS: String(workers), GHOSTLLM_LIMIT_WAIT_MS: "0" };
  const server = await startServer({ upstreamUrl: upstream.url, environment });
  return {
    servers: [server],
    admin: server.admin,
    disturb: async () => {},
    async dispose() {
      await server.stop();
      await upstream.close();
    },
  };
}

async function startTogether(): Promise<Place> {
  const machines = await startMachines({
    count: 3,
    vendor,
    environment: { SERVER_WORKERS: "2", GHOSTLLM_REDIS_TIMEOUT_MS: "1000", GHOSTLLM_LIMIT_WAIT_MS: "0" },
  });
  return Object.assign(machines, { disturb: () => killOneAndForgetAll(machines) });
}

async function killOneAndForgetAll(machines: Machines): Promise<void> {
  const [, second] = machines.servers;
  if (second === undefined) throw new Error("there is no second server");
  await Promise.all([second.kill(), machines.redis.kill()]);
  await sleep(300);
  await machines.redis.start();
  await sleep(700);
  machines.servers[1] = await machines.start(second.dataDir);
}

const places = [
  { name: "one process", isThere: true, start: () => startAlone(1) },
  { name: "four workers of one process", isThere: true, start: () => startAlone(4) },
  {
    name: "three instances with two workers each, of which one is killed and whose Redis loses all",
    isThere: hasRedis(),
    start: startTogether,
  },
];

let place: Place;
let account: Account;

interface Outcome {
  readonly number: number;
  readonly status: number | "lost";
  readonly isWhole: boolean;
  readonly ms: number;
  readonly text: string;
}

async function ask(one: Asked, url: string): Promise<Outcome> {
  const { number, model, stream, what, namesMaximum } = one;
  const startedAt = performance.now();
  const end = (status: Outcome["status"], isWhole: boolean, text: string): Outcome => {
    return { number, status, isWhole, text, ms: performance.now() - startedAt };
  };
  const leave = new AbortController();
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${account.key}`, "content-type": "application/json" },
      body: JSON.stringify({
        ...{ model, stream },
        ...(namesMaximum && { max_tokens: mostTokens }),
        messages: [{ role: "user", content: `This is number ${number}` }],
      }),
      signal: leave.signal,
    });
    if (what === "abort" && response.status === 200) {
      leave.abort();
      return end(response.status, false, "");
    }
    const text = await response.text();
    const isWhole = stream ? text.endsWith("data: [DONE]\n\n") : text.endsWith("}");
    return end(response.status, response.status === 200 && isWhole, text);
  } catch (error) {
    return end("lost", false, String(error));
  }
}

/** Sends all of them, so many at a time, each to the next of the servers that live; `at` is called on the way. */
async function askAll(at: (number: number) => void): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = 1;
  const client = async (): Promise<void> => {
    while (next <= requests) {
      const number = next;
      next += 1;
      at(number);
      const alive = place.servers.filter(({ hasExited }) => !hasExited);
      outcomes.push(await ask(askedBy(number), alive[number % alive.length]?.url ?? ""));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  return outcomes;
}

/** Nothing is held for requests that are over. */
async function untilQuiet({ keyId, userId }: Account = account): Promise<void> {
  const heldFor = async (kind: "key" | "user") => {
    const { data } = await place.admin.budgets.list({ query: { kind } });
    return data.filter(({ id }) => [keyId, userId].includes(id)).map(({ in_use: held }) => held);
  };
  const nothing = expect.objectContaining({ running: 0, reserved_usd: "0" });
  await vi.waitFor(async () => expect([await heldFor("key"), await heldFor("user")]).toEqual([[nothing], [nothing]]), {
    timeout: 30_000,
    interval: 200,
  });
}

describe.each(places)("$name", ({ isThere, start }) => {
  beforeAll(async () => {
    if (!isThere) return;
    told.clear();
    place = await start();
    account = await createAccount(place.admin, { key: { budget_usd: budgetUsd } });
    await sleep(inForceMs);
  }, 120_000);

  afterAll(async () => {
    if (isThere) await place.dispose();
  });

  it.runIf(isThere)("hold to the budget, and the bill is right", { timeout: 240_000 }, async () => {
    const troubles: Promise<void>[] = [];
    const outcomes = await askAll((number) => {
      if (number === 250) troubles.push(place.disturb());
    });
    await Promise.all(troubles);
    const statuses = new Map<string, number>();
    for (const { status } of outcomes) statuses.set(String(status), (statuses.get(String(status)) ?? 0) + 1);
    expect([...statuses.keys()].filter((status) => !["200", "429", "500", "lost"].includes(status))).toEqual([]);
    expect(statuses.get("lost") ?? 0, "only those of the server that was killed").toBeLessThanOrEqual(atOnce);
    expect(statuses.get("200") ?? 0).toBeGreaterThan(50);
    expect(statuses.get("429") ?? 0).toBeGreaterThan(100);
    await untilQuiet();

    const answered = outcomes.filter(({ isWhole }) => isWhole);
    await vi.waitFor(() => expectAccounted(place.admin, account, []), { timeout: 20_000, interval: 500 });
    const rows = await listUsage(place.admin, { api_key_id: account.keyId });
    const byVendor = rows.filter(({ completion_tokens: tokens, estimated }) => !estimated && tokens > 0);
    const numbers = byVendor.map(({ completion_tokens: tokens }) => tokens);
    expect(new Set(numbers).size, "no answer has two records").toBe(numbers.length);
    for (const row of byVendor) {
      expect(told.get(row.completion_tokens)).toMatchObject({ model: row.model });
      expect(row.prompt_tokens).toBe(promptTokens);
    }
    const billed = new Set(numbers);
    expect(answered.filter(({ number }) => !billed.has(number))).toEqual([]);

    const spent = rows.reduce((sum, { cost_usd: cost }) => sum + parseUsd(cost ?? "0"), 0);
    const cap = parseUsd(budgetUsd);
    console.info(
      `spent ${formatUsd(spent)} of ${budgetUsd} USD; ${JSON.stringify([...statuses])}, ${rows.length} records`,
    );
    expect(spent).toBeLessThanOrEqual(cap);
    expect(spent, "and most of it can be used").toBeGreaterThan(cap * 0.8);
  });

  it.runIf(isThere)("let exactly as many in as limits say, wherever they come", { timeout: 60_000 }, async () => {
    const { key } = await accountWith({ requests_per_minute: 100 });
    const asked = await Promise.all(Array.from({ length: 300 }, (_, number) => statusAt(number, key)));
    expect(asked.filter((status) => status === 200)).toHaveLength(100);
    expect(asked.filter((status) => status === 429)).toHaveLength(200);
  });

  it.runIf(isThere)("let no more run at a time, also when streams end early", { timeout: 60_000 }, async () => {
    const limited = await accountWith({ concurrent_requests: 7 });
    for (let round = 0; round < 3; round += 1) {
      const streams = await Promise.all(Array.from({ length: 40 }, (_, number) => openAt(number, limited.key, true)));
      const open = streams.filter(({ status }) => status === 200);
      expect(open).toHaveLength(7);
      await Promise.all(open.map(async (stream) => stream.body?.cancel()));
      await untilQuiet(limited);
    }
  });

  it.runIf(isThere)("let a request in at once that fits what is left", { timeout: 60_000 }, async () => {
    const key = await place.admin.apiKeys.get({ params: { id: account.keyId } });
    const one: Asked = { number: 3, model: "gpt-4o-mini", stream: false, what: "answer", namesMaximum: true };
    await setBudget(parseUsd(key.spent_usd) + 100_000);
    expect(await ask(one, place.servers[0]?.url ?? "")).toMatchObject({ status: 429 });
    // The most that it may cost: a thousand tokens and its prompt.
    await setBudget(parseUsd(key.spent_usd) + 700_000);
    for (const { url } of place.servers) expect(await ask({ ...one, number: 3 }, url)).toMatchObject({ status: 200 });
    await untilQuiet();
  });
});

async function accountWith(limits: object): Promise<Account> {
  const limited = await createAccount(place.admin, { key: { limits } });
  await sleep(inForceMs);
  return limited;
}

function openAt(number: number, key: string, stream = false): Promise<Response> {
  const { url } = place.servers[number % place.servers.length] ?? { url: "" };
  return fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "gpt-4o-mini", stream, messages: [{ role: "user", content: "number 3" }] }),
  });
}

async function statusAt(number: number, key: string): Promise<number> {
  const answer = await openAt(number, key);
  await answer.arrayBuffer();
  return answer.status;
}

async function setBudget(nanos: number): Promise<void> {
  await place.admin.apiKeys.update({ params: { id: account.keyId }, body: { budget_usd: formatUsd(nanos) } });
  await sleep(1_000);
}
