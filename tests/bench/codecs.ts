// What of a translated stream is the work of the codecs: the same frames, from the vendor's dialect to the client's, in this
// process, without sockets, records and metrics.

import { dialects, passageBetween, vendorDialects } from "@ghostllm/llm";
import type { Dialect, StreamTap } from "@ghostllm/llm";
import type { TranslatedWorkload } from "./translated-workloads.ts";

function dialectNamed(name: string): Dialect {
  const dialect = Object.values(dialects).find((candidate) => candidate.name === name);
  if (dialect === undefined) throw new Error(`there is no dialect ${name}`);
  return dialect;
}

interface Played {
  readonly frames: readonly Buffer[];
  readonly createTap: () => StreamTap;
}

function prepare(workload: TranslatedWorkload): Played {
  const client = dialectNamed(workload.to);
  const vendor = Object.values(vendorDialects).find(({ name }) => name === workload.from) ?? client;
  const request = client.client.parseRequest("chat.completions", Buffer.from(workload.body("m")));
  const passage = passageBetween(client, vendor, request.operation);
  const frames = workload.frames.map((frame) => Buffer.from(frame));
  return { frames, createTap: () => passage.createStreamTap(request, {}) };
}

/** What the client of the workload is told. */
export function playOnce(workload: TranslatedWorkload): readonly Buffer[] {
  const { frames, createTap } = prepare(workload);
  return play(createTap(), frames);
}

/** CPU per frame in nanoseconds, of whole streams that are read and written for so long. */
export function measureCodecs(workload: TranslatedWorkload, seconds: number): number {
  const { frames, createTap } = prepare(workload);
  const run = (streams: number): void => {
    for (let left = streams; left > 0; left -= 1) play(createTap(), frames);
  };
  run(500);
  const before = process.threadCpuUsage();
  let streams = 0;
  for (const end = performance.now() + seconds * 1000; performance.now() < end; streams += 100) run(100);
  const { user, system } = process.threadCpuUsage(before);
  return ((user + system) * 1000) / (streams * frames.length);
}

function play(tap: StreamTap, frames: readonly Buffer[]): readonly Buffer[] {
  const written = frames.map((frame) => tap.push(frame));
  return [...written, tap.flush()].filter((part) => part !== null);
}
