// One outage, from the first request to the last record: what was seen of it by clients, by whoever watches the server, and in the database.

import { setTimeout as sleep } from "node:timers/promises";
import { formatUsd } from "@ghostllm/contract";
import { type Account, createAccount } from "../support/admin.ts";
import { slowdown } from "../support/slowdown.ts";
import { type Answer, type Clients, shareOfFew, startClients, type Who } from "./clients.ts";
import type { Fault } from "./faults.ts";
import { inForceMs, type Place } from "./places.ts";
import { outageMs, requestsPerSecond, steadyMs } from "./terms.ts";
import { Watch } from "./watch.ts";

export interface Outage {
  readonly place: Place;
  readonly fault: Fault;
  readonly accounts: Readonly<Record<Exclude<Who, "stranger" | "direct">, Account>>;
  readonly clients: Clients;
  readonly watch: Watch;
  /** Lines that the server logged meanwhile. */
  readonly log: readonly string[];
  /** In nano-USD. */
  readonly budget: number;
  readonly costOfOne: number;
  /** A minute. */
  readonly limit: number;
  readonly beganAt: number;
  readonly endedAt: number;
  /** When `/health` said so first; null where it did not. */
  readonly noticedAt: number | null;
  /** From when on all was well; null where it never was. */
  readonly wellAt: number | null;
  /** How much slower than usual this machine was. */
  readonly slowdown: number;
}

/** Into the outage a budget is used up, and a limit is met. */
const metAfterMs = 5_000;
const noticePatienceMs = 15_000;
const wellPatienceMs = 60_000;
const afterwardsMs = 2_000;

export async function pullPlug(place: Place, fault: Fault): Promise<Outage> {
  const { server } = place;
  const logBefore = server.stderr.length;
  const costOfOne = await place.costOfOne();
  const fewMs = steadyMs + Math.min(metAfterMs, outageMs / 2);
  const few = Math.max(5, Math.round((requestsPerSecond * shareOfFew * fewMs) / 1_000));
  const budget = few * costOfOne;
  const accounts = await createAccounts(place, { few, budget });
  const { rich, poor, limited } = accounts;
  const keys = { rich: rich.key, poor: poor.key, limited: limited.key, stranger: "gk-of-nobody", direct: "" };
  const { vendorUrl } = place;
  const clients = startClients({ url: server.url, vendorUrl, keys, perSecond: requestsPerSecond });
  const watch = new Watch(place);
  await sleep(steadyMs);
  const times = await breakAndMend(place, fault, watch);
  await sleep(afterwardsMs);
  await clients.stop();
  await watch.stop();
  const log = server.stderr.slice(logBefore).split("\n").filter(Boolean);
  const common = { place, fault, accounts, clients, watch, log, slowdown: slowdown() };
  return { ...common, budget, costOfOne, limit: few, ...times };
}

async function breakAndMend(place: Place, fault: Fault, watch: Watch) {
  const { part } = fault;
  const beganAt = performance.now();
  await fault.begin(place);
  const noticing = watch.first(beganAt, ({ parts }) => parts[part]?.healthy === false, noticePatienceMs);
  await sleep(outageMs - (performance.now() - beganAt));
  const noticed = await noticing;
  await fault.end(place);
  const endedAt = performance.now();
  const well = await watch.first(endedAt, ({ parts }) => parts[part]?.healthy === true, wellPatienceMs);
  return { beganAt, endedAt, noticedAt: noticed?.at ?? null, wellAt: well?.at ?? null };
}

async function createAccounts({ server }: Place, { few, budget }: { readonly few: number; readonly budget: number }) {
  const { admin } = server;
  const plenty = { requests_per_minute: 1_000_000, tokens_per_minute: 1_000_000_000, concurrent_requests: 10_000 };
  const accounts = {
    rich: await createAccount(admin, { key: { budget_usd: "1000", limits: plenty }, user: { budget_usd: "1000" } }),
    poor: await createAccount(admin, { user: { budget_usd: formatUsd(budget) } }),
    limited: await createAccount(admin, { key: { limits: { requests_per_minute: few } } }),
  };
  await sleep(inForceMs);
  return accounts;
}

export function answersOf({ clients }: Outage, who: Who): readonly Answer[] {
  return clients.answers.filter((answer) => answer.who === who);
}
