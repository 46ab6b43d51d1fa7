// A gateway in front of a vendor for every dialect, in a process of its own, which tells how long its event loop was held up.
// The vendors' URL is its only argument. It sends its own, and answers every message with what was measured since the last.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { builtInPrices } from "@ghostllm/llm";
import { slowdownOfThread } from "../../../../tests/support/slowdown.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, startGateway, testKey } from "./gateway.ts";
import { everyDialect } from "./talk-vendors.ts";

const [vendorUrl = ""] = process.argv.slice(2);
const principal = makePrincipal({ scopes: [makeScope("key", "key-1", { budgetNanos: 1e15 })] });
const prices = builtInPrices().find(makeProvider("openai", "https://api.openai.com/v1"), "gpt-4o")?.prices ?? null;
const targets = everyDialect(vendorUrl).map((target) => ({ ...target, prices, contextLength: 1_000_000 }));
const gateway = await startGateway(makeSnapshot({ targets, principals: { [testKey]: principal } }));

const delay = monitorEventLoopDelay({ resolution: 5 });
delay.enable();

/** The thread's own time from one turn to the next: other processes on the machine do not count. */
let lastCpu = process.threadCpuUsage();
let longestMicros = 0;
setInterval(() => {
  const { user, system } = process.threadCpuUsage(lastCpu);
  longestMicros = Math.max(longestMicros, user + system);
  lastCpu = process.threadCpuUsage();
}, 1).unref();

process.on("message", (limitMs: number) => {
  const measured = {
    cpuMs: longestMicros / 1000,
    delayMs: delay.max / 1e6,
    rssMb: process.memoryUsage.rss() / 2 ** 20,
  };
  // The control takes long itself: what keeps the limit needs none.
  const slowdown = measured.cpuMs < limitMs ? 1 : slowdownOfThread();
  process.send?.({ ...measured, slowdown });
  lastCpu = process.threadCpuUsage();
  longestMicros = 0;
  delay.reset();
});
process.send?.({ url: gateway.url });
