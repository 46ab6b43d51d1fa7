// Large bodies are read, translated and written in a thread of their own: on the event loop one of them would hold up all
// other requests. Called by endpoints and flow for what is larger than `heavyBytes`; what is smaller never comes here.
// Invariant: one job at a time, a bounded queue of new requests before it, and every job ends in bounded time.

import { Worker } from "node:worker_threads";
import { GhostError } from "@ghostllm/contract";
import type {
  EncodedElsewhere,
  EncodeJob,
  HeavyJob,
  HeavyResult,
  LookedElsewhere,
  LookJob,
  ParsedElsewhere,
  ParseJob,
  ReadElsewhere,
  ReadJob,
} from "./jobs.ts";
import { fromThread, toThread } from "./messages.ts";
import type { JobAnswer } from "./messages.ts";

/** Up to here the dearest body costs the event loop less than a way to the thread and back is worth: docs/performance.md. */
export const heavyBytes = 128 * 1024;

/** Rejects with what the job throws. */
export interface HeavyWork {
  /** Throws GhostError `service_unavailable` where too many wait. */
  parse(job: Omit<ParseJob, "kind">): Promise<ParsedElsewhere>;
  encode(job: Omit<EncodeJob, "kind">): Promise<EncodedElsewhere>;
  read(job: Omit<ReadJob, "kind">): Promise<ReadElsewhere>;
  look(job: Omit<LookJob, "kind">): Promise<LookedElsewhere>;
  close(): Promise<void>;
}

/** Requests that wait to be parsed. What was admitted goes before them, and is refused by nobody. */
const mostWaiting = 64;
/** Longer than the largest body takes on a slow machine: whatever is still at work then would be for ever. */
const longestMs = 30_000;
/** Of the thread's heap. What does not fit is too large to be served. */
const heapMegabytes = 512;

interface Waiting {
  readonly job: HeavyJob;
  readonly resolve: (value: HeavyResult) => void;
  readonly reject: (error: unknown) => void;
}

export function createHeavyWork(): HeavyWork {
  const desk = new Desk();
  const mixedUp = (): TypeError => new TypeError("a job was answered with the result of another");
  return {
    async parse(job) {
      const result = await desk.run({ kind: "parse", ...job });
      if (result.kind !== "parse") throw mixedUp();
      return result;
    },
    async encode(job) {
      const result = await desk.run({ kind: "encode", ...job });
      if (result.kind !== "encode") throw mixedUp();
      return result;
    },
    async read(job) {
      const result = await desk.run({ kind: "read", ...job });
      if (result.kind !== "read") throw mixedUp();
      return result;
    },
    async look(job) {
      const result = await desk.run({ kind: "look", ...job });
      if (result.kind !== "look") throw mixedUp();
      return result;
    },
    close: () => desk.close(),
  };
}

/** Hands the thread one job after the other. The thread starts with the first, and anew when it has died. */
class Desk {
  #worker: Worker | null = null;
  #running: Waiting | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #begun: Waiting[] = [];
  readonly #fresh: Waiting[] = [];

  run(job: HeavyJob): Promise<HeavyResult> {
    if (job.kind === "parse" && this.#fresh.length >= mostWaiting) throw tooBusy();
    return new Promise((resolve, reject) => {
      (job.kind === "parse" ? this.#fresh : this.#begun).push({ job, resolve, reject });
      if (this.#running === null) this.#next();
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    const worker = this.#worker;
    this.#worker = null;
    await worker?.terminate();
  }

  #next(): void {
    const next = this.#begun.shift() ?? this.#fresh.shift() ?? null;
    this.#running = next;
    if (next === null) return;
    this.#worker ??= this.#start();
    this.#timer = setTimeout(() => this.#giveUp(), longestMs);
    const { message, transfer } = toThread(next.job);
    this.#worker.postMessage(message, transfer);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./heavy-thread.ts", import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: heapMegabytes },
    });
    worker.on("message", (answer: JobAnswer) => this.#settle(answer));
    // Mostly of memory that does not do.
    worker.on("error", () => {
      if (this.#worker === worker) this.#fail();
    });
    // Last of all: whoever listens to its messages keeps the process running again.
    worker.unref();
    return worker;
  }

  #settle(answer: JobAnswer): void {
    const waiting = this.#finish();
    if (waiting === null) return;
    try {
      waiting.resolve(fromThread(answer, waiting.job));
    } catch (error) {
      waiting.reject(error);
    }
    this.#next();
  }

  #finish(): Waiting | null {
    clearTimeout(this.#timer);
    const running = this.#running;
    this.#running = null;
    return running;
  }

  #giveUp(): void {
    void this.#worker?.terminate();
    this.#fail();
  }

  #fail(): void {
    this.#worker = null;
    this.#finish()?.reject(tooDear());
    this.#next();
  }
}

function tooBusy(): GhostError {
  const message = "Too many large requests are waiting to be read. Try again in a few seconds.";
  return new GhostError("service_unavailable", message, { retryAfterSeconds: 5 });
}

function tooDear(): GhostError {
  const message = "The request or its answer holds too much to be read. Send less in one request.";
  return new GhostError("request_too_large", message);
}
