// Preloaded into every thread of a server (`node --import`): SIGUSR2 fills the heap of its first worker, a little at a time, so that it
// answers requests while it does.

import { BroadcastChannel, isMainThread, threadName } from "node:worker_threads";

const channel = new BroadcastChannel("fill-heap");
channel.unref();
if (isMainThread) process.on("SIGUSR2", () => channel.postMessage("fill"));
else if (threadName === "worker 1") channel.addEventListener("message", fill, { once: true });

function fill(): void {
  const kept: number[][] = [];
  setInterval(() => {
    for (let turn = 0; turn < 2_000; turn += 1) kept.push(Array.from({ length: 100 }, () => turn));
  }, 1);
}
