// A server in a process of its own with a vendor behind it and somebody who uses it, for whoever puts it under pressure.

import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { once } from "node:events";
import { constants, getPriority, setPriority } from "node:os";
import { fileURLToPath } from "node:url";
import { type FakeProcess, startFakeProcess } from "../bench/fake-process.ts";
import { createAccount } from "../support/admin.ts";
import { startServer } from "../support/server-process.ts";
import type { ReadyServer, ServerOptions } from "../support/server-process.ts";
import { Metrics } from "./gauges.ts";
import type { Seen } from "./other-client.ts";

const otherClient = fileURLToPath(new URL("other-client.ts", import.meta.url));

export interface Stage {
  readonly server: ReadyServer;
  /** Of those who mean no good: others have another one, which they do not slow down. */
  readonly vendor: FakeProcess;
  readonly metrics: Metrics;
  /** Keys of users who have nothing to do with each other. */
  readonly keys: readonly string[];
  /** Of those who mean no good: closed when their line has ended. */
  readonly clients: Set<Socket>;
  /** What the one who uses the server as one should has seen since this was last asked. */
  otherClient(): Promise<Seen>;
  close(): Promise<void>;
}

const users = 4;
/** At the vendor of those who mean no good. */
export const pressedModel = "groq/gpt-4o-mini";

export async function startStage(options: ServerOptions = {}): Promise<Stage> {
  const [vendor, vendorOfOthers] = [await startFakeProcess(), await startFakeProcess()];
  const pressed = { GROQ_API_KEY: "sk-of-the-operator", GROQ_BASE_URL: `${vendor.url}/v1` };
  const environment = { ...pressed, ...options.environment };
  const server = await startServer({ upstreamUrl: vendorOfOthers.url, ...options, environment });
  const accounts = [];
  for (let user = 0; user < users; user += 1) accounts.push(await createAccount(server.admin));
  const [own, ...keys] = accounts.map(({ key }) => key);
  const child = fork(otherClient, [server.url, own ?? ""]);
  // Only now: what is started by a process has its priority.
  giveWay(vendor, [server.pid, child.pid ?? 0, vendorOfOthers.pid]);
  const metrics = new Metrics(server.url);
  await warmUp(vendor, `${server.url}/v1/chat/completions`, keys[0] ?? "");
  await metrics.loopDelayMs();
  return {
    server,
    vendor,
    metrics,
    keys,
    clients: new Set(),
    otherClient: () => askChild(child),
    async close() {
      child.disconnect();
      metrics.close();
      await server.stop();
      await vendor.stop();
      await vendorOfOthers.stop();
    },
  };
}

/** Who presses, and whom they ask, are other machines elsewhere: here they must not take the server's processors from it. */
function giveWay(vendor: FakeProcess, others: readonly number[]): void {
  setPriority(vendor.pid, constants.priority.PRIORITY_LOW);
  if (getPriority() === constants.priority.PRIORITY_LOW) {
    // They began with ours, which was lowered for the line before.
    for (const pid of others) setPriority(pid, constants.priority.PRIORITY_NORMAL);
  }
  setPriority(constants.priority.PRIORITY_LOW);
}

/** What a server that has worked has: compiled code, the thread that counts tokens, a heap that has held something large. */
async function warmUp(vendor: FakeProcess, url: string, key: string): Promise<void> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const ask = async (content: string): Promise<void> => {
    const body = JSON.stringify({ model: pressedModel, max_tokens: 5, messages: [{ role: "user", content }] });
    await (await fetch(url, { method: "POST", headers, body })).text();
  };
  await vendor.control.script({ kind: "chat", usage: "none" });
  await ask("hello");
  await vendor.control.script({ kind: "default" });
  await ask("a word or two ".repeat(500_000));
  for (let turn = 0; turn < 50; turn += 1) await ask("hello");
}

async function askChild(child: ChildProcess): Promise<Seen> {
  child.send("report");
  const [seen] = (await once(child, "message")) as [Seen];
  return seen;
}
