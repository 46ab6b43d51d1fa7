// The server's end of the SQLite thread. Called by sqlite-driver.ts.

import { Worker } from "node:worker_threads";
import type { Drained } from "#control/store/drained.ts";
import { SqliteFault } from "./sqlite-faults.ts";
import type {
  SqliteAnswer,
  SqliteMessage,
  SqliteResult,
  SqliteStatement,
  SqliteThreadOptions,
} from "./sqlite-protocol.ts";

export class SqliteThreadEnded extends Error {
  override readonly name = "SqliteThreadEnded";
}

interface Waiting {
  readonly resolve: (answer: SqliteAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** One thread with one connection. Once it has died it stays dead: what was in its transaction must not go on in another. */
export class SqliteThread {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #death: Error | null = null;

  constructor(options: SqliteThreadOptions) {
    this.#worker = new Worker(new URL("./sqlite-worker.ts", import.meta.url), { workerData: options });
    // Only a statement in progress keeps the process alive.
    this.#worker.unref();
    this.#worker.on("message", (answer: SqliteAnswer) => this.#settle(answer));
    this.#worker.on("error", (cause) => this.#die(endedBy(cause)));
    this.#worker.on("exit", () => this.#die(new SqliteThreadEnded("the SQLite thread has ended")));
  }

  get isAlive(): boolean {
    return this.#death === null;
  }

  async run(statement: SqliteStatement): Promise<SqliteResult> {
    const answer = await this.#ask(statement);
    if ("rows" in answer) return answer;
    throw outOfOrder();
  }

  /** The lines are the thread's from now on. */
  async drain(lines: Buffer<ArrayBuffer>): Promise<Drained> {
    const answer = await this.#ask({ lines }, [lines.buffer]);
    if ("drained" in answer) return answer.drained;
    throw outOfOrder();
  }

  async #ask(message: Exclude<SqliteMessage, "close">, handedOver: readonly ArrayBuffer[] = []) {
    const answer = await this.#send(message, handedOver);
    if (answer === "closed") throw outOfOrder();
    if ("error" in answer) throw new SqliteFault(answer.error.code, answer.error.message);
    return answer;
  }

  async close(): Promise<void> {
    if (!this.isAlive) return;
    await this.#send("close");
    await this.#worker.terminate();
  }

  #send(message: SqliteMessage, handedOver: readonly ArrayBuffer[] = []): Promise<SqliteAnswer> {
    return new Promise((resolve, reject) => {
      if (this.#death !== null) {
        reject(this.#death);
        return;
      }
      this.#waiting.push({ resolve, reject });
      if (this.#waiting.length === 1) this.#worker.ref();
      this.#worker.postMessage(message, handedOver);
    });
  }

  #settle(answer: SqliteAnswer): void {
    const first = this.#waiting.shift();
    if (this.#waiting.length === 0) this.#worker.unref();
    first?.resolve(answer);
  }

  #die(error: Error): void {
    if (this.#death !== null) return;
    this.#death = error;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }
}

function outOfOrder(): Error {
  return new Error("the SQLite thread answered out of order");
}

function endedBy(cause: unknown): SqliteThreadEnded {
  return new SqliteThreadEnded(cause instanceof Error ? cause.message : String(cause), { cause });
}
