// `npm run bench`: what GhostLLM costs, measured against the fake vendor, with nginx in the same run as the yardstick.
// Every process is the bench's own and on loopback; main.ts calls it.

import { writeFileSync } from "node:fs";
import { writeBetweenMarkers } from "./docs.ts";
import { startFakeProcess, type FakeProcess } from "./fake-process.ts";
import { startFloor } from "./floor.ts";
import { startGateway, type LaneName } from "./gateway.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { startNginx } from "./nginx.ts";
import { checkOut } from "./other-commit.ts";
import { renderProfiles } from "./profile.ts";
import { readPeers, startPeers } from "./peers.ts";
import { readOptions, usageText, type BenchOptions } from "./options.ts";
import { renderReport } from "./report.ts";
import { runAll } from "./run.ts";
import type { Stoppable, Target } from "./targets.ts";

const docsPage = new URL("../../docs/performance.md", import.meta.url);

export async function runBench(parameters: readonly string[]): Promise<void> {
  const options = readOptions(parameters);
  if (options === "help") return void process.stdout.write(usageText);
  const running: Stoppable[] = [];
  try {
    const fake = await startFakeProcess(options.upstreamPort);
    running.push(fake);
    await measureAndReport(fake, await startTargets(options, fake, running), options);
  } finally {
    for (const each of running.toReversed()) await each.stop();
  }
  // A profile is written when its process ends.
  if (options.profile !== null) process.stdout.write(`\n${renderProfiles(options.profile)}\n`);
}

async function startTargets(options: BenchOptions, fake: FakeProcess, running: Stoppable[]): Promise<Target[]> {
  const targets: Target[] = [{ name: "direct", url: fake.url, pid: null, key: "x", model: "gpt-4o-mini" }];
  const nginx = options.withNginx ? await startNginx(fake.url) : null;
  if (nginx !== null) {
    running.push(nginx);
    targets.push(nginx.target);
  }
  if (options.withFloor) {
    const floor = await startFloor(fake.url);
    running.push(floor);
    targets.push(floor.target);
  }
  const gateway = await startGateway({ upstreamUrl: fake.url, lanes: options.lanes, profile: options.profile });
  running.push(gateway);
  targets.push(...gateway.targets.map((target) => ({ ...target, isProfiled: options.profile !== null })));
  if (options.against !== null) targets.push(...(await startCommit(options.against, options.lanes, fake, running)));
  if (options.peers !== null) targets.push(...(await startPeers(readPeers(options.peers, fake.url), running)));
  return targets;
}

async function startCommit(ref: string, lanes: readonly LaneName[], fake: FakeProcess, running: Stoppable[]) {
  const commit = checkOut(ref);
  running.push(commit);
  const gateway = await startGateway({ upstreamUrl: fake.url, lanes, tree: commit.tree, name: commit.name });
  running.push(gateway);
  return gateway.targets.map((target, lane) => ({
    ...target,
    translates: false,
    comparedWith: `GhostLLM ${lanes[lane]}`,
  }));
}

async function measureAndReport(fake: FakeProcess, targets: readonly Target[], options: BenchOptions): Promise<void> {
  const machine = describeMachine();
  const report = (line: string): boolean => process.stderr.write(`${line}\n`);
  report(`${machineSentence(machine)} Targets: ${targets.map((target) => target.name).join(", ")}.`);
  const measurements = await runAll({ targets, fake: fake.control, options, report });
  const text = renderReport(measurements);
  process.stdout.write(`\n${text}\n`);
  const written = { machine, options: { ...options, parts: [...options.parts] }, measurements };
  if (options.json !== null) writeFileSync(options.json, `${JSON.stringify(written, null, 2)}\n`);
  if (options.writeDocs) {
    const place = options.peers === null ? "bench" : "peers";
    writeBetweenMarkers(docsPage, `${machineSentence(machine)}\n\n${text}`, place);
  }
}
