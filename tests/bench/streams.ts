// Many paced streams through one gateway, judged for silences; `--vanish` destroys all clients at half time instead.
// node tests/bench/streams.ts --target URL --key K --model M [--streams 500 --chunks 60 --seconds 3 --upstream URL --vanish]
// With `--upstream`, the fake vendor there is told the script, measured directly too, and its open sockets are counted.

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { loopbackEndpoint, renderRequest } from "./connection.ts";
import { FakeControl } from "./fake-process.ts";
import { readNumber } from "./options.ts";
import { loadStreams, type StreamResult } from "./stream-load.ts";
import { pacedWorkload, type Workload } from "./workloads.ts";

const { values } = parseArgs({
  options: {
    target: { type: "string" },
    key: { type: "string", default: "x" },
    model: { type: "string", default: "gpt-4o-mini" },
    streams: { type: "string", default: "500" },
    chunks: { type: "string", default: "60" },
    seconds: { type: "string", default: "3" },
    "ramp-ms": { type: "string", default: "500" },
    upstream: { type: "string" },
    vanish: { type: "boolean", default: false },
  },
});

if (values.target === undefined) throw new Error("--target URL is missing");
const streams = readNumber("streams", values.streams, 5_000);
const chunks = readNumber("chunks", values.chunks, 10_000);
const seconds = readNumber("seconds", values.seconds, 60);
const rampMs = readNumber("ramp-ms", values["ramp-ms"], 10_000);
const workload = pacedWorkload(chunks, seconds);
const fake = values.upstream === undefined ? null : new FakeControl(values.upstream);

function streamFrom(url: string, work: Workload, vanish: boolean): Promise<StreamResult> {
  const endpoint = loopbackEndpoint(url);
  const request = renderRequest({
    endpoint,
    path: "/v1/chat/completions",
    key: values.key,
    body: work.body(values.model),
  });
  return loadStreams({ endpoint, request, streams, chunks, seconds, rampMs, vanish });
}

const watchMs = 3_000;

/** How many connections the vendor has left in the end, and when the last of the others closed. */
async function watchSocketsFall(control: FakeControl): Promise<{ openAfter: number; fallMs: number }> {
  const startedMs = performance.now();
  let openAfter = Infinity;
  let fallMs = 0;
  while (openAfter > 0 && performance.now() - startedMs < watchMs) {
    const open = await control.openSockets();
    if (open < openAfter) fallMs = Math.round(performance.now() - startedMs);
    openAfter = open;
    await sleep(20);
  }
  return { openAfter, fallMs };
}

await fake?.script(workload.script);
const paceMs = (seconds * 1000) / chunks;
const direct =
  values.upstream === undefined || values.vanish ? null : await streamFrom(values.upstream, workload, false);
const openBefore = (await fake?.openSockets()) ?? null;
const result = await streamFrom(values.target, workload, values.vanish);
const sockets = fake === null || !values.vanish ? null : await watchSocketsFall(fake);
const addedMaxGapMs = result.maxGapMs - (direct?.maxGapMs ?? paceMs);
const printed = { ...result, addedMaxGapMs, paceMs, direct, vanish: values.vanish, openBefore, ...sockets };
process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
