// The server's end of the thread that makes backups. It is started for a job, and ends when there has been none for a while.

import { Worker } from "node:worker_threads";
import { withOpenSecrets } from "#domain/carried-secrets.ts";
import type { MadeBackup } from "./make-backup.ts";
import type { ThreadAnswer, ThreadJob } from "./thread-jobs.ts";

interface Waiting {
  readonly resolve: (made: MadeBackup | null) => void;
  readonly reject: (error: Error) => void;
}

export interface BackupJobs {
  /** Rejects where it fails, and where the signal is aborted: then nothing of it goes on. */
  run(job: ThreadJob, signal?: AbortSignal): Promise<MadeBackup | null>;
}

const idleMs = 30_000;
/** More than some parts at a time is not in its memory. */
const resourceLimits = { maxOldGenerationSizeMb: 128 };

export class BackupThreads implements BackupJobs {
  #worker: Worker | null = null;
  readonly #waiting: Waiting[] = [];
  #idle: NodeJS.Timeout | undefined;

  run(job: ThreadJob, signal?: AbortSignal): Promise<MadeBackup | null> {
    clearTimeout(this.#idle);
    const worker = (this.#worker ??= this.#start());
    const stop = (): void => void this.#end(worker, new Error("The backup was given up"));
    if (signal?.aborted === true) stop();
    signal?.addEventListener("abort", stop, { once: true });
    const done = new Promise<MadeBackup | null>((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      worker.postMessage(withOpenSecrets(job));
    });
    return done.finally(() => signal?.removeEventListener("abort", stop));
  }

  async close(): Promise<void> {
    clearTimeout(this.#idle);
    if (this.#worker !== null) await this.#end(this.#worker, new Error("The server stops"));
  }

  #start(): Worker {
    const worker = new Worker(new URL("./backup-thread.ts", import.meta.url), { resourceLimits });
    worker.unref();
    worker.on("message", (answer: ThreadAnswer) => this.#settle(answer));
    worker.on("error", (error) => void this.#end(worker, error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", () => void this.#end(worker, new Error("The thread that makes backups has ended")));
    return worker;
  }

  #settle(answer: ThreadAnswer): void {
    const first = this.#waiting.shift();
    if ("error" in answer) first?.reject(new Error(answer.error));
    else first?.resolve(answer.made);
    if (this.#waiting.length > 0) return;
    this.#idle = setTimeout(() => void this.close(), idleMs).unref();
  }

  async #end(worker: Worker, error: Error): Promise<void> {
    if (this.#worker !== worker) return;
    this.#worker = null;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
    await worker.terminate();
  }
}
