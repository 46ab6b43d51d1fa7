// JSON Schemas are looked through in a thread of their own: they may be those of clients, and one can be written that takes for ever.
// Invariant: one at a time, each ends by its deadline, with the thread where need be, and no more wait than a bound.

import { Worker } from "node:worker_threads";
import type { SchemaChecks, SchemaFault } from "#domain/guardrails/schema-checks.ts";
import type { SchemaJob, SchemaResult } from "./schema-jobs.ts";

const mostWaiting = 256;
const heapMegabytes = 128;
/** Of a schema that is about to be saved. */
const savedMs = 2_000;
/** Until the thread is there. */
const startMs = 30_000;

interface Waiting {
  readonly job: SchemaJob;
  readonly deadlineMs: number;
  readonly resolve: (result: SchemaResult) => void;
  readonly reject: (error: Error) => void;
}

export class SchemaWork implements SchemaChecks {
  #worker: Worker | null = null;
  #isReady = false;
  #running: Waiting | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #waiting: Waiting[] = [];

  async answer(asked: Parameters<SchemaChecks["answer"]>[0], deadlineMs: number): Promise<SchemaFault | null> {
    return faultOf(await this.#run({ kind: "answer", ...asked }, deadlineMs));
  }

  async text(asked: Parameters<SchemaChecks["text"]>[0], deadlineMs: number): Promise<SchemaFault | null> {
    return faultOf(await this.#run({ kind: "text", ...asked }, deadlineMs));
  }

  async faultOf(schema: Readonly<Record<string, unknown>>): Promise<string | null> {
    const result = await this.#run({ kind: "schema", schema }, savedMs);
    return "failure" in result ? result.failure : null;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #run(job: SchemaJob, deadlineMs: number): Promise<SchemaResult> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.length >= mostWaiting) return reject(new Error("too many schemas are looked through"));
      this.#waiting.push({ job, deadlineMs, resolve, reject });
      if (this.#running === null) this.#next();
    });
  }

  #next(): void {
    this.#running = this.#waiting.shift() ?? null;
    if (this.#running === null) return;
    this.#worker ??= this.#start();
    this.#watch();
    this.#worker.postMessage(this.#running.job);
  }

  /** A deadline counts from when the thread is there: to start it takes its time. */
  #watch(): void {
    clearTimeout(this.#timer);
    if (this.#running === null) return;
    this.#timer = setTimeout(() => this.#giveUp(), this.#isReady ? this.#running.deadlineMs : startMs);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./schema-thread.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    this.#isReady = false;
    worker.on("message", (told: SchemaResult | "ready") => {
      if (this.#worker === worker) this.#hear(told);
    });
    worker.on("error", () => {
      if (this.#worker === worker) this.#fail();
    });
    // Last of all: whoever listens to its messages keeps the process running again.
    worker.unref();
    return worker;
  }

  #hear(told: SchemaResult | "ready"): void {
    if (told === "ready") {
      this.#isReady = true;
      return this.#watch();
    }
    this.#take()?.resolve(told);
    this.#next();
  }

  #giveUp(): void {
    void this.#worker?.terminate();
    this.#fail();
  }

  #fail(): void {
    this.#worker = null;
    this.#take()?.reject(new Error("it takes too long, or too much"));
    this.#next();
  }

  #take(): Waiting | null {
    clearTimeout(this.#timer);
    const running = this.#running;
    this.#running = null;
    return running;
  }
}

function faultOf(result: SchemaResult): SchemaFault | null {
  if ("failure" in result) throw new Error(result.failure);
  return result.fault;
}
