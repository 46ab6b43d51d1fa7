// Many streams at once, each watched for silence. Used by the bench and by streams.ts.

import { setTimeout as sleep } from "node:timers/promises";
import { Connection, type Endpoint } from "./connection.ts";
import { percentile, sortNumbers } from "./statistics.ts";

export interface StreamLoad {
  readonly endpoint: Endpoint;
  readonly request: Uint8Array;
  readonly streams: number;
  readonly chunks: number;
  readonly seconds: number;
  /** The streams start one after the other over this time. */
  readonly rampMs: number;
  /** All clients destroy their sockets at half time. */
  readonly vanish?: boolean;
}

export interface StreamResult {
  readonly streams: number;
  /** Streams that came whole, with `[DONE]`. */
  readonly completed: number;
  readonly failed: number;
  /** Silences in mid-stream longer than the pace and `stallMs`. */
  readonly stalls: number;
  readonly maxGapMs: number;
  readonly firstChunkP50Ms: number;
  readonly firstChunkP99Ms: number;
  readonly fewestEvents: number;
}

const stallMs = 250;
const graceMs = 10_000;
const dataField = Buffer.from("data: ");

export async function loadStreams(load: StreamLoad): Promise<StreamResult> {
  const watches: StreamWatch[] = [];
  const startedMs = performance.now();
  const halfTimeMs = startedMs + load.rampMs + (load.seconds * 1000) / 2;
  for (let index = 0; index < load.streams; index += 1) {
    const lateMs = (index / load.streams) * load.rampMs - (performance.now() - startedMs);
    if (lateMs > 1) await sleep(lateMs);
    watches.push(new StreamWatch(load));
  }
  if (load.vanish === true) {
    await sleep(Math.max(0, halfTimeMs - performance.now()));
    for (const watch of watches) watch.destroy();
  }
  const giveUp = sleep(load.seconds * 1000 + graceMs, undefined, { ref: false });
  await Promise.race([Promise.all(watches.map((watch) => watch.ended)), giveUp]);
  for (const watch of watches) watch.destroy();
  return summarize(watches, load);
}

class StreamWatch {
  readonly ended: Promise<void>;
  readonly gapsMs: number[] = [];
  events = 0;
  isComplete = false;
  firstChunkMs: number | undefined;
  readonly #connection: Connection;
  readonly #sentMs = performance.now();
  #lastMs = 0;
  #tail = "";

  constructor(load: StreamLoad) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.ended = promise;
    this.#connection = new Connection(load.endpoint, {
      onBody: (bytes) => this.#note(bytes),
      onAnswer: (status) => {
        this.isComplete = status === 200 && this.#tail.endsWith("data: [DONE]\n\n");
        resolve();
      },
      onLost: () => resolve(),
    });
    this.#connection.send(load.request);
  }

  destroy(): void {
    this.#connection.destroy();
  }

  #note(bytes: Buffer): void {
    const now = performance.now();
    if (this.firstChunkMs === undefined) this.firstChunkMs = now - this.#sentMs;
    else this.gapsMs.push(now - this.#lastMs);
    this.#lastMs = now;
    this.#tail = (this.#tail + bytes.toString("latin1")).slice(-14);
    for (let at = bytes.indexOf(dataField); at >= 0; at = bytes.indexOf(dataField, at + 1)) this.events += 1;
  }
}

function summarize(watches: readonly StreamWatch[], load: StreamLoad): StreamResult {
  const paceMs = (load.seconds * 1000) / load.chunks;
  const gaps = sortNumbers(watches.flatMap((watch) => watch.gapsMs));
  const firsts = sortNumbers(watches.flatMap((watch) => watch.firstChunkMs ?? []));
  const completed = watches.filter((watch) => watch.isComplete).length;
  return {
    streams: watches.length,
    completed,
    failed: load.vanish === true ? 0 : watches.length - completed,
    stalls: gaps.filter((gap) => gap > paceMs + stallMs).length,
    maxGapMs: gaps.at(-1) ?? 0,
    firstChunkP50Ms: percentile(firsts, 50),
    firstChunkP99Ms: percentile(firsts, 99),
    fewestEvents: Math.min(...watches.map((watch) => watch.events)),
  };
}
