// A server in a process of its own, as its users have it, with a vendor behind it and steady traffic before it, looked at now and then.

import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { forkServer, stopChild } from "../bench/child.ts";
import { createAccount } from "../support/admin.ts";
import { type ReadyServer, startServer } from "../support/server-process.ts";
import { mostMoreDescriptors, type Outcome } from "./judge.ts";
import { keptSeconds, type KindName, kindNames } from "./kinds.ts";
import type { Options } from "./options.ts";
import { countDescriptors, type Sample, takeSample } from "./sample.ts";
import { Traffic } from "./traffic.ts";
import type { Told, ToldByKind } from "./vendor.ts";

const vendorMain = fileURLToPath(new URL("vendor.ts", import.meta.url));
const users = 20;
const storedWithinMs = 60_000;
/** Connections that nobody uses are closed within it. */
const restMs = 90_000;

export async function soak(options: Options, tell: (sample: Sample) => void): Promise<Outcome> {
  const vendor = await forkServer(vendorMain, []);
  const server = await startServer({ environment: { NODE_ENV: "production" } });
  try {
    const keys = await furnish(server, vendor.url);
    const before = countDescriptors(server.pid);
    const traffic = new Traffic({ url: server.url, keys, perSecond: options.rate });
    const samples = await watch(server, traffic, options, tell);
    await traffic.stop();
    const atRest = { before, after: await restOf(server, before) };
    vendor.child.send("count");
    const [told] = (await once(vendor.child, "message")) as [ToldByKind];
    return { samples, seen: traffic.seen, told, atRest, ...(await readRecords(server)) };
  } finally {
    await server.stop();
    await stopChild(vendor.child);
  }
}

/** Providers, models with prices, an alias that keeps answers; answers the keys of people who use them. */
async function furnish({ admin }: ReadyServer, vendorUrl: string): Promise<readonly string[]> {
  const provide = async (name: string, type: string, path: string, models: readonly KindName[]): Promise<void> => {
    const body = { name, provider_type: type, base_url: `${vendorUrl}${path}`, api_key: "sk-vendor" };
    const { id } = await admin.providers.create({ body });
    const prices = { input_price_usd: "3.17", output_price_usd: "11.3" };
    for (const model of models) await admin.models.create({ body: { provider_id: id, name: model, ...prices } });
  };
  const spoken = kindNames.filter((name) => name !== "to-anthropic");
  await provide("v", "openai-compatible", "/v1", spoken);
  await provide("a", "anthropic", "", ["to-anthropic"]);
  const targets = [{ provider: "v", model: "kept" }];
  await admin.aliases.create({ body: { name: "kept-answers", targets, cache: { ttl_seconds: keptSeconds } } });
  const keys: string[] = [];
  for (let user = 0; user < users; user += 1) {
    const { key } = await createAccount(admin, { key: { budget_usd: "100000" } });
    keys.push(key);
  }
  return keys;
}

async function watch(
  server: ReadyServer,
  traffic: Traffic,
  { minutes, everySeconds }: Options,
  tell: (sample: Sample) => void,
): Promise<readonly Sample[]> {
  const [samples, beganAt] = [[] as Sample[], performance.now()];
  for (let next = everySeconds; next <= minutes * 60; next += everySeconds) {
    await sleep(Math.max(0, beganAt + next * 1_000 - performance.now()));
    const sample = await takeSample(server, { seconds: next, p99Ms: traffic.takeP99() });
    samples.push(sample);
    tell(sample);
  }
  return samples;
}

/** Resolves when there are no more than before, or after a while with those that are left. */
async function restOf({ pid }: ReadyServer, before: number): Promise<number> {
  const deadline = performance.now() + restMs;
  for (;;) {
    const descriptors = countDescriptors(pid);
    if (descriptors <= before + mostMoreDescriptors || performance.now() > deadline) return descriptors;
    await sleep(500);
  }
}

async function readRecords({ url, admin }: ReadyServer): Promise<Pick<Outcome, "recorded" | "recordedKept">> {
  await untilStored(url);
  const { data } = await admin.usage.summary({ query: { group_by: "model", limit: 1_000 } });
  const toldOf = (group: string): Told => {
    const sum = data.find((one) => one.group === group);
    return {
      requests: sum?.requests ?? 0,
      promptTokens: sum?.prompt_tokens ?? 0,
      completionTokens: sum?.completion_tokens ?? 0,
    };
  };
  const groupOf = (name: KindName): string => `${name === "to-anthropic" ? "a" : "v"}/${name}`;
  const recorded = Object.fromEntries(kindNames.map((name) => [name, toldOf(groupOf(name))])) as ToldByKind;
  const ofVendor = kindNames.map(groupOf);
  const others = data.filter(({ group }) => !ofVendor.includes(group));
  return { recorded, recordedKept: others.reduce((sum, { requests }) => sum + requests, 0) };
}

async function untilStored(url: string): Promise<void> {
  const deadline = performance.now() + storedWithinMs;
  for (;;) {
    const text = await (await fetch(`${url}/metrics`)).text();
    if (/^ghostllm_requests_running 0$/m.test(text) && /^ghostllm_journal_pending_records 0$/m.test(text)) return;
    if (performance.now() > deadline) throw new Error(`the journal is not stored after ${storedWithinMs} ms`);
    await sleep(200);
  }
}
