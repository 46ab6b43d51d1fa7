// What a governed request costs with one thread that answers and with several, by the CPU of threads: machines with few processors have
// none left for load and vendor. node tests/bench/workers.ts [--rounds 6] [--seconds 2] [--concurrency 32] [--workers 1,2,4]

import { readdirSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startFakeProcess } from "./fake-process.ts";
import { startGateway } from "./gateway.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { measureThroughput, proveThatItWorks, warmUp } from "./measure.ts";
import { readNumber } from "./options.ts";
import { median } from "./statistics.ts";
import type { Stoppable, Target } from "./targets.ts";
import { workloads } from "./workloads.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string" },
    seconds: { type: "string" },
    concurrency: { type: "string" },
    workers: { type: "string" },
  },
});
const rounds = readNumber("rounds", values.rounds ?? "6", 100);
const seconds = readNumber("seconds", values.seconds ?? "2", 60);
/** The first is what the others are compared with. */
const counts = (values.workers ?? "1,2,4").split(",").map((count) => readNumber("workers", count, 64));
const concurrency = readNumber("concurrency", values.concurrency ?? "32", 1_000);

const clockTicksPerSecond = 100;
const microsPerTick = 1_000_000 / clockTicksPerSecond;

/** Microseconds of CPU of each thread, by its number. */
function threadTimes(pid: number): ReadonlyMap<string, number> {
  const folder = `/proc/${pid}/task`;
  return new Map(
    readdirSync(folder).map((thread) => {
      const text = readFileSync(`${folder}/${thread}/stat`, "utf8");
      const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
      return [thread, (Number(fields[11]) + Number(fields[12])) * microsPerTick];
    }),
  );
}

interface Round {
  /** Of all threads, for each request, in microseconds. */
  readonly total: number;
  /** The most that a thread was busy, of the time that one processor has. */
  readonly busiest: number;
  readonly requests: number;
}

async function measureRound(target: Target): Promise<Round> {
  const { pid } = target;
  const [workload] = workloads;
  if (pid === null || workload === undefined) throw new Error("there is no process to look at");
  const before = threadTimes(pid);
  const { requests, cpu } = await measureThroughput(target, workload, { concurrency, seconds });
  const spent = [...threadTimes(pid)].map(([thread, micros]) => micros - (before.get(thread) ?? 0));
  if (cpu === null) throw new Error("the CPU of processes cannot be read here: this needs /proc");
  return { total: cpu.totalMicros, busiest: Math.max(...spent) / requests, requests };
}

async function spreadOf({ url, key }: Target): Promise<string> {
  const answer = await fetch(`${url}/status`, { headers: { authorization: `Bearer ${key}` } });
  const { workers = [] } = (await answer.json()) as { workers?: readonly { readonly connections: number }[] };
  return workers.map(({ connections }) => connections).join(", ");
}

/** While the load goes on: a connection that is over is nobody's. */
async function spreadUnderLoad(target: Target): Promise<string> {
  const [workload] = workloads;
  if (workload === undefined) return "";
  const loading = measureThroughput(target, workload, { concurrency, seconds: 2 });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const spread = await spreadOf(target);
  await loading;
  return spread;
}

const running: Stoppable[] = [];
try {
  process.stdout.write(`${machineSentence(describeMachine())}\n`);
  const fake = await startFakeProcess();
  running.push(fake);
  const [workload] = workloads;
  if (workload === undefined) throw new Error("there is no workload");
  await fake.control.script(workload.script);
  const servers: { readonly workers: number; readonly target: Target; readonly measured: Round[] }[] = [];
  for (const workers of counts) {
    const gateway = await startGateway({ upstreamUrl: fake.url, lanes: ["governed"], workers });
    running.push(gateway);
    const [target] = gateway.targets;
    if (target === undefined) throw new Error("the gateway has no lane");
    await proveThatItWorks(target, workload);
    await warmUp(target, workload, { concurrency, seconds });
    servers.push({ workers, target, measured: [] });
  }
  for (let round = 0; round < rounds; round += 1)
    for (const { target, measured } of servers) measured.push(await measureRound(target));
  const single = median(servers[0]?.measured.map(({ total }) => total) ?? []);
  const singleThread = median(servers[0]?.measured.map(({ busiest }) => busiest) ?? []);
  for (const { workers, target, measured } of servers) {
    const total = median(measured.map((one) => one.total));
    const busiest = median(measured.map((one) => one.busiest));
    const spread = workers === 1 ? "" : `, connections of ${concurrency}: ${await spreadUnderLoad(target)}`;
    process.stdout.write(
      `${workers} thread(s): ${total.toFixed(0)} µs a request (${(total / single).toFixed(2)}), the busiest thread ` +
        `${busiest.toFixed(0)} µs, which allows ${(singleThread / busiest).toFixed(2)} times the requests${spread}\n`,
    );
  }
} finally {
  for (const one of running.toReversed()) await one.stop();
}
