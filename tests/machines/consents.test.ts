// Requests that wait for consent at two instances with two workers each, on one PostgreSQL and one Redis: wherever somebody asks, whoever
// decides and whichever instance is gone meanwhile, what was approved passes once.

import type { ScriptFunction } from "@ghostllm/fake-upstream";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { hasRedis } from "../../tools/redis.ts";
import { type Account, createAccount } from "../support/admin.ts";
import { type Machines, startMachines } from "../support/instances.ts";

const isThere = hasRedis();
/** Of a moment, spread over the workers of both. */
const atOnce = 60;
const model = "gpt-4o";

/** How often the vendor was asked with each text. */
const answered = new Map<string, number>();

const vendor: ScriptFunction = (received) => {
  if (received.method === "GET") return { kind: "default" };
  const { messages } = received.json() as { messages: { content: string }[] };
  const text = messages.at(-1)?.content ?? "";
  answered.set(text, (answered.get(text) ?? 0) + 1);
  return { kind: "chat", text: "pong", delayMs: 20 };
};

let machines: Machines;
let account: Account;
let serial = 0;
const another = (): string => `text ${(serial += 1)}`;

/** The admin API of one instance. */
const adminOf = (place: number): Client =>
  createClient({ baseUrl: machines.servers[place]?.url ?? "", apiKey: machines.adminKey });

interface Told {
  readonly status: number;
  /** Of what waits. */
  readonly id: string | null;
}

async function ask(place: number, text: string): Promise<Told> {
  const response = await fetch(`${machines.servers[place]?.url}/v1/chat/completions`, {
    method: "POST",
    // A connection of its own, which any worker may get.
    headers: {
      ...{ authorization: `Bearer ${account.key}`, "content-type": "application/json", connection: "close" },
    },
    body: JSON.stringify({ model, max_tokens: 5, messages: [{ role: "user", content: text }] }),
  });
  await response.arrayBuffer();
  return { status: response.status, id: response.headers.get("x-ghostllm-consent-id") };
}

/** At both instances in turns, all at the same moment. */
const askAtOnce = (text: string): Promise<readonly Told[]> =>
  Promise.all(Array.from({ length: atOnce }, (_, index) => ask(index % 2, text)));

const countOf = (told: readonly Told[], status: number): number => told.filter((one) => one.status === status).length;

async function hold(place: number, text: string): Promise<{ readonly params: { readonly id: string } }> {
  const { status, id } = await ask(place, text);
  expect(status).toBe(403);
  return { params: { id: id ?? "" } };
}

beforeAll(async () => {
  if (!isThere) return;
  machines = await startMachines({ count: 2, vendor, environment: { SERVER_WORKERS: "2" } });
  account = await createAccount(machines.admin);
  await machines.admin.consentPolicies.create({
    body: { name: "all of it", applies_to: { kind: "key", id: account.keyId } },
  });
  // In force in all workers.
  const isHeld = async (): Promise<boolean> => countOf(await askAtOnce("before"), 403) === atOnce;
  await vi.waitUntil(isHeld, { timeout: 30_000, interval: 100 });
}, 240_000);

afterAll(async () => {
  if (isThere) await machines.dispose();
});

describe.runIf(isThere)("a request that is held at one of several instances", () => {
  it.each([
    [0, 0, 1],
    [0, 1, 0],
    [0, 1, 1],
    [1, 0, 0],
  ])("at %i, approved at %i, passes at %i, once, and waits again everywhere", async (held, approved, passed) => {
    const text = another();
    const one = await hold(held, text);
    expect((await ask(1 - held, text)).id).toBe(one.params.id);
    await adminOf(approved).consents.approve({ ...one, body: {} });
    expect((await ask(passed, text)).status).toBe(200);
    expect(await adminOf(1 - passed).consents.get(one)).toMatchObject({ status: "used" });
    const next = await ask(1 - passed, text);
    expect([next.status, next.id === one.params.id]).toEqual([403, false]);
    expect((await ask(passed, text)).id).toBe(next.id);
    expect(answered.get(text)).toBe(1);
  });

  it("is one that waits, however many ask for it at the same moment", async () => {
    const text = another();
    const told = await askAtOnce(text);
    expect(countOf(told, 403)).toBe(atOnce);
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
    expect(answered.get(text)).toBeUndefined();
  });

  it("passes once when it was approved, however many ask at the same moment at both", async () => {
    for (let round = 0; round < 5; round += 1) {
      const text = another();
      await adminOf(round % 2).consents.approve({ ...(await hold((round + 1) % 2, text)), body: {} });
      const told = await askAtOnce(text);
      expect([countOf(told, 200), countOf(told, 403), answered.get(text)]).toEqual([1, atOnce - 1, 1]);
    }
  });

  it("is decided once, however many decide at the same moment at both", async () => {
    const text = another();
    const one = await hold(0, text);
    const deciding = Array.from({ length: 20 }, (_, index) => {
      const { consents } = adminOf(index % 2);
      return index % 4 < 2 ? consents.approve({ ...one, body: {} }) : consents.refuse({ ...one, body: {} });
    });
    const decided = await Promise.allSettled(deciding);
    const taken = decided.flatMap((each) => (each.status === "fulfilled" ? [each.value.status] : []));
    const refused = decided.flatMap((each) =>
      each.status === "rejected" ? [(each.reason as { status: number }).status] : [],
    );
    expect([taken.length, [...new Set(refused)]]).toEqual([1, [409]]);
    expect((await ask(1, text)).status).toBe(taken[0] === "approved" ? 200 : 403);
  });

  it("passes once at the other where the instance at which it was held and approved is killed", async () => {
    const text = another();
    const one = await hold(1, text);
    await adminOf(1).consents.approve({ ...one, body: {} });
    await machines.servers[1]?.kill();
    const told = await Promise.all(Array.from({ length: 20 }, () => ask(0, text)));
    expect([countOf(told, 200), countOf(told, 403), answered.get(text)]).toEqual([1, 19, 1]);
  });
});
