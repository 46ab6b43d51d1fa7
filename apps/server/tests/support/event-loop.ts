// How long one request holds up the event loop of a gateway that has a process of its own.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface LoopReading {
  /** The longest time that the thread of the event loop worked without a pause. */
  readonly cpuMs: number;
  /** The longest delay of a timer, for which other processes of the machine may be the reason. */
  readonly delayMs: number;
  readonly rssMb: number;
  /** Of the thread, as it was measured behind all this; 1 where the limit was kept anyhow. */
  readonly slowdown: number;
}

export interface WatchedGateway {
  readonly url: string;
  /** Since it was read last. */
  read(limitMs: number): Promise<LoopReading>;
  close(): Promise<void>;
}

async function nextMessage(child: ChildProcess): Promise<unknown> {
  const [message] = (await once(child, "message")) as unknown[];
  return message;
}

export async function startWatched(vendorUrl: string): Promise<WatchedGateway> {
  const child = fork(new URL("./every-dialect-process.ts", import.meta.url), [vendorUrl]);
  const { url } = (await nextMessage(child)) as { readonly url: string };
  return {
    url,
    async read(limitMs) {
      const answered = nextMessage(child);
      child.send(limitMs);
      return (await answered) as LoopReading;
    },
    async close() {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    },
  };
}
