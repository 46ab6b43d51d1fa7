// `npm run bench:gate [-- REF]`: does a governed request cost more than in the commit before? Three interleaved repeats, by CPU; it fails
// only where all three of them say so, since machines are noisy.

import { startFakeProcess } from "./fake-process.ts";
import { startGateway } from "./gateway.ts";
import { measureThroughput, warmUpAll } from "./measure.ts";
import { checkOut, hasCommit } from "./other-commit.ts";
import { balancedRatio } from "./statistics.ts";
import type { Stoppable, Target } from "./targets.ts";
import { workloads, type Workload } from "./workloads.ts";

const repeats = 3;
const rounds = 4;
const load = { concurrency: 32, seconds: 1 };
const warmSeconds = 2;
const mostRatio = 1.25;
const measured: readonly string[] = ["small", "burst"];

interface Pair {
  readonly here: Target;
  readonly before: Target;
}

async function cpuOf(target: Target, workload: Workload): Promise<number> {
  const { cpu } = await measureThroughput(target, workload, load);
  if (cpu === null) throw new Error("the CPU of processes cannot be read here: this needs /proc");
  return cpu.totalMicros;
}

/** In every second round the other one goes first. */
async function repeatOnce({ here, before }: Pair, workload: Workload): Promise<number> {
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = await cpuOf(round % 2 === 0 ? here : before, workload);
    const second = await cpuOf(round % 2 === 0 ? before : here, workload);
    ratios.push(round % 2 === 0 ? first / second : second / first);
  }
  return balancedRatio(ratios);
}

async function compare(pair: Pair, workload: Workload): Promise<readonly number[]> {
  await warmUpAll([pair.here, pair.before], workload, { ...load, seconds: warmSeconds });
  const ratios: number[] = [];
  for (let repeat = 0; repeat < repeats; repeat += 1) ratios.push(await repeatOnce(pair, workload));
  return ratios;
}

async function startPair(ref: string, running: Stoppable[]) {
  const fake = await startFakeProcess();
  running.push(fake);
  const commit = checkOut(ref);
  running.push(commit);
  const start = async (more: { readonly tree?: string }): Promise<Target> => {
    const gateway = await startGateway({ upstreamUrl: fake.url, lanes: ["governed"], ...more });
    running.push(gateway);
    const [target] = gateway.targets;
    if (target === undefined) throw new Error("the gateway has no lane");
    return target;
  };
  return { fake, name: commit.name, here: await start({}), before: await start({ tree: commit.tree }) };
}

async function main(ref: string): Promise<void> {
  if (!hasCommit(ref)) {
    console.log(`bench:gate: there is no ${ref} in this clone, so nothing is compared`);
    return;
  }
  const running: Stoppable[] = [];
  try {
    const { fake, name, ...pair } = await startPair(ref, running);
    for (const workload of workloads.filter((each) => measured.includes(each.name))) {
      await fake.control.script(workload.script);
      const ratios = await compare(pair, workload);
      const isDearer = ratios.every((ratio) => ratio > mostRatio);
      const verdict = isDearer ? `dearer than ${mostRatio} every time` : "fine";
      const texts = ratios.map((ratio) => ratio.toFixed(2)).join(", ");
      console.log(`bench:gate: ${workload.title}, CPU against ${name}: ${texts} (${verdict})`);
      if (isDearer) process.exitCode = 1;
    }
  } finally {
    for (const each of running.toReversed()) await each.stop();
  }
}

await main(process.argv[2] ?? "HEAD~1");
