// Hands passwords to threads, each of which has one at a time. They start with the first password and end when there has been none for
// a while. Called by passwords.ts.

import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { PasswordAnswer, PasswordJob } from "./password-thread.ts";

interface Waiting {
  readonly job: PasswordJob;
  readonly resolve: (result: string | boolean) => void;
  readonly reject: (error: Error) => void;
}

/** On two cores one: they yield to all others, and slow them all the same where they share what a core has. */
const mostThreads = Math.max(1, Math.min(2, availableParallelism() - 1));
const idleMs = 30_000;
/** Of a thread's heap: it holds next to nothing. */
const heapMegabytes = 16;

export class PasswordWork {
  readonly #waiting: Waiting[] = [];
  readonly #running = new Map<Worker, Waiting | null>();
  readonly #idle = setTimeout(() => this.#rest(), idleMs).unref();

  run(job: PasswordJob): Promise<string | boolean> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ job, resolve, reject });
      this.#handOut();
    });
  }

  #handOut(): void {
    this.#idle.refresh();
    for (const [worker, running] of this.#running) if (running === null) this.#give(worker);
    while (this.#waiting.length > 0 && this.#running.size < mostThreads) this.#give(this.#start());
  }

  #give(worker: Worker): void {
    const next = this.#waiting.shift() ?? null;
    this.#running.set(worker, next);
    // Only a password that somebody waits for keeps the process alive.
    if (next === null) return worker.unref();
    worker.ref();
    worker.postMessage(next.job);
  }

  #start(): Worker {
    const resourceLimits = { maxOldGenerationSizeMb: heapMegabytes };
    const worker = new Worker(new URL("./password-thread.ts", import.meta.url), { resourceLimits });
    worker.on("message", ({ result }: PasswordAnswer) => {
      const running = this.#running.get(worker);
      this.#running.set(worker, null);
      if (result === null) running?.reject(new Error("bcrypt cannot read a password's hash"));
      else running?.resolve(result);
      this.#handOut();
    });
    worker.on("error", (error) => this.#lose(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", () => this.#lose(worker, new Error("the thread of passwords has ended")));
    return worker;
  }

  #lose(worker: Worker, error: Error): void {
    const running = this.#running.get(worker);
    this.#running.delete(worker);
    running?.reject(error);
    this.#handOut();
  }

  #rest(): void {
    for (const [worker, running] of this.#running) {
      if (running !== null) continue;
      this.#running.delete(worker);
      void worker.terminate();
    }
  }
}
