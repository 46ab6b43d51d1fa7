// What traces cost a governed request: one server tells of none, one of all by Protocol Buffers, one of all by JSON, round by round, by their CPU. The
// collector is a process of its own that reads nothing of it. With --against REF the server of another commit takes part.
// node tests/bench/traces.ts [--rounds 8] [--seconds 1] [--against REF]

import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { forkServer, stopChild } from "./child.ts";
import { startFakeProcess } from "./fake-process.ts";
import { startGateway, type GatewaySetting } from "./gateway.ts";
import { describeMachine, machineSentence } from "./machine.ts";
import { measureThroughput, warmUpAll } from "./measure.ts";
import { readNumber } from "./options.ts";
import { checkOut } from "./other-commit.ts";
import { median } from "./statistics.ts";
import type { Stoppable, Target } from "./targets.ts";
import { workloads, type Workload } from "./workloads.ts";

const concurrency = 32;
const measured: readonly string[] = ["small", "burst"];

/** In a process of its own. */
function serveAsCollector(): void {
  let bytes = 0;
  const server = createServer((request, response) => {
    request.on("data", (part: Buffer) => void (bytes += part.length));
    request.on("end", () =>
      response.writeHead(200, { "content-type": "application/x-protobuf", "x-bytes": bytes }).end(),
    );
  });
  server.listen(0, "127.0.0.1", () => {
    const address = server.address();
    if (typeof address === "object" && address !== null)
      process.stdout.write(JSON.stringify({ url: `http://127.0.0.1:${address.port}` }));
  });
}

interface Server {
  readonly name: string;
  readonly target: Target;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { rounds: { type: "string" }, seconds: { type: "string" }, against: { type: "string" } },
  });
  const rounds = readNumber("rounds", values.rounds ?? "8", 100);
  const seconds = readNumber("seconds", values.seconds ?? "1", 60);
  const running: Stoppable[] = [];
  try {
    process.stdout.write(`${machineSentence(describeMachine())}\n`);
    const fake = await startFakeProcess();
    running.push(fake);
    const { child, url } = await forkServer(fileURLToPath(import.meta.url), ["--collector"]);
    running.push({ stop: () => stopChild(child) });
    const servers: Server[] = [];
    const start = async (name: string, setting: Partial<GatewaySetting>): Promise<void> => {
      const gateway = await startGateway({ upstreamUrl: fake.url, lanes: ["governed"], ...setting });
      running.push(gateway);
      for (const target of gateway.targets) servers.push({ name, target });
    };
    const protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";
    await start("without traces", {});
    await start("all by http/protobuf", { more: { OTEL_EXPORTER_OTLP_ENDPOINT: url } });
    await start("all by http/json", { more: { OTEL_EXPORTER_OTLP_ENDPOINT: url, [protocol]: "http/json" } });
    if (values.against !== undefined) {
      const commit = checkOut(values.against);
      running.push(commit);
      await start(commit.name, { tree: commit.tree });
    }
    for (const workload of workloads.filter(({ name }) => measured.includes(name))) {
      await fake.control.script(workload.script);
      await compare(servers, workload, { rounds, seconds });
    }
  } finally {
    for (const one of running.toReversed()) await one.stop();
  }
}

interface Load {
  readonly rounds: number;
  readonly seconds: number;
}

/** Each goes first as often as the others: who comes behind the vendor alone is dearer. */
async function compare(servers: readonly Server[], workload: Workload, { rounds, seconds }: Load): Promise<void> {
  const targets = servers.map(({ target }) => target);
  await warmUpAll(targets, workload, { concurrency, seconds: Math.max(2, seconds) });
  const seen = servers.map((): number[] => []);
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < servers.length; turn += 1) {
      const at = (round + turn) % servers.length;
      const target = targets[at];
      if (target === undefined) continue;
      const { cpu } = await measureThroughput(target, workload, { concurrency, seconds });
      if (cpu === null) throw new Error("the CPU of processes cannot be read here: this needs /proc");
      seen[at]?.push(cpu.totalMicros);
    }
  }
  const [without = []] = seen;
  for (const [at, { name }] of servers.entries()) {
    const own = seen[at] ?? [];
    const ratios = own.map((micros, round) => micros / (without[round] ?? micros));
    const text = at === 0 ? "" : `, ${((median(ratios) - 1) * 100).toFixed(1)} % more`;
    process.stdout.write(`${workload.title}, ${name}: ${median(own).toFixed(1)} µs of CPU a request${text}\n`);
  }
}

if (process.argv.includes("--collector")) serveAsCollector();
else await main();
