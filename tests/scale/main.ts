// `npm run test:scale`: fills databases as large as those of large operators, and measures every list and report of the admin API over
// them while the gateway works. Fails where one is slower than it may be.

import { describeMachine, machineSentence } from "../bench/machine.ts";
import { readMemory } from "../bench/process-usage.ts";
import { makeAsks } from "./asks.ts";
import { makeThings, measureAll, signInAll, type Measured } from "./measure.ts";
import { readOptions, type EngineName, type Options } from "./options.ts";
import { rowOf, stormLines, tableHead, trafficLine } from "./report.ts";
import { openStage, type Stage } from "./stage.ts";
import { measureStorm, mostAddedMs } from "./storm.ts";
import { Traffic } from "./traffic.ts";
import type { ReadyServer } from "../support/server-process.ts";

/** p95 of every route. */
const limitsMs: Readonly<Record<EngineName, number>> = { postgres: 200, sqlite: 500 };

async function measureEngine(stage: Stage, options: Options): Promise<readonly string[]> {
  const startedAt = performance.now();
  const server = await stage.start();
  try {
    const megabytes = readMemory(server.pid).residentMegabytes;
    const seconds = (performance.now() - startedAt) / 1000;
    console.log(`start until ready ${seconds.toFixed(1)} s, then ${megabytes.toFixed(0)} MB`);
    const slow = await measureRoutes(stage, server, options);
    return [...slow, ...(await weatherStorm(stage, server, options))];
  } finally {
    await server.stop();
  }
}

async function measureRoutes(stage: Stage, server: ReadyServer, options: Options): Promise<readonly string[]> {
  const { engine, cast, to } = stage;
  const tokens = await signInAll(server, cast);
  const all = makeAsks(cast, to, await makeThings(server, cast, tokens));
  const asks = all.filter(({ route, what }) => `${route} ${what}`.includes(options.only));
  if (asks.length === 0) return [];
  const traffic = new Traffic(server.url, cast, options.rate);
  const limitMs = limitsMs[engine];
  console.log(tableHead);
  const tell = (one: Measured): void => console.log(rowOf(one));
  const measured = await measureAll(asks, server, { tokens, calls: options.calls, limitMs, tell });
  console.log(trafficLine("gateway meanwhile", traffic.take()));
  await traffic.stop();
  const slow = measured.filter(({ isWithin }) => !isWithin);
  return slow.map(({ ask, p95Ms }) => `${ask.route} (${ask.what}): ${p95Ms.toFixed(0)} ms, and ${limitMs} is allowed`);
}

async function weatherStorm({ cast }: Stage, server: ReadyServer, options: Options): Promise<readonly string[]> {
  if (!"sign-ins".includes(options.only)) return [];
  const storm = await measureStorm(server, cast, options.rate);
  console.log(stormLines(storm));
  const addedMs = storm.stormy.p99Ms - storm.calm.p99Ms;
  const slow = addedMs < mostAddedMs ? [] : [`sign-ins add ${addedMs.toFixed(1)} ms to the gateway's p99`];
  return storm.failed === 0 ? slow : [...slow, `${storm.failed} sign-ins failed`];
}

const options = readOptions();
console.log(machineSentence(describeMachine()));
const faults: string[] = [];
for (const engine of options.engines) {
  const stage = await openStage(engine, options);
  try {
    if (options.isFillOnly) continue;
    const { rows, keys, users, teams, days } = options;
    console.log(`\n${engine}: ${rows} usage rows of ${days} days, ${keys} keys, ${users} users, ${teams} teams`);
    faults.push(...(await measureEngine(stage, options)).map((fault) => `${engine}: ${fault}`));
  } finally {
    await stage.close();
  }
}
console.log(faults.length === 0 ? "All within their limits." : faults.join("\n"));
process.exitCode = faults.length === 0 ? 0 : 1;
