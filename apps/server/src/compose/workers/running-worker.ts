import { setFlagsFromString } from "node:v8";
import { MessageChannel, Worker } from "node:worker_threads";
import { Peer } from "#link/threads/peer.ts";
import type { MainQuestions, WorkerQuestions, WorkerSeat } from "./seat.ts";

/** Of a gateway, where many requests run at a time; other threads have less (run.ts), and it is the flag that counts when one starts. */
const youngGenerationMegabytes = { worker: 16, others: 8 } as const;

export interface WorkerWatch {
  /** To what the worker asks. */
  readonly answers: MainQuestions;
  /** `error`: what it died of; null where it just ended. */
  onEnd(error: unknown): void;
}

/** A worker's thread, as the main thread has it. */
export class RunningWorker {
  readonly startedAt = Date.now();
  /** What it has told before it ended is heard even then. */
  readonly peer: Peer<WorkerQuestions, MainQuestions>;
  readonly #thread: Worker;

  constructor(seat: Omit<WorkerSeat, "port">, { answers, onEnd }: WorkerWatch) {
    const { port1, port2 } = new MessageChannel();
    this.peer = new Peer({ port: port1, answers });
    setFlagsFromString(`--max-semi-space-size=${youngGenerationMegabytes.worker}`);
    this.#thread = new Worker(new URL("./worker-thread.ts", import.meta.url), {
      name: `worker ${seat.index + 1}`,
      workerData: { ...seat, port: port2 } satisfies WorkerSeat,
      transferList: [seat.link.port, port2],
    });
    this.#thread.once("online", () => setFlagsFromString(`--max-semi-space-size=${youngGenerationMegabytes.others}`));
    let failure: unknown = null;
    this.#thread.on("error", (error) => (failure = error));
    this.#thread.on("exit", () => onEnd(failure));
  }

  /** At once, whatever it does. */
  async terminate(): Promise<void> {
    await this.#thread.terminate();
  }
}
