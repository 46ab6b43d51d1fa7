import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { stopChild } from "./child.ts";
import type { Stoppable, Target } from "./targets.ts";

const carrier = fileURLToPath(new URL("byte-carrier.ts", import.meta.url));

/** What Node itself costs: a process of it that carries bytes and does nothing else. */
export async function startFloor(upstreamUrl: string): Promise<Stoppable & { readonly target: Target }> {
  const child = fork(carrier, [new URL(upstreamUrl).port], { stdio: ["ignore", "pipe", "inherit", "ipc"] });
  if (child.stdout === null) throw new Error("the carrier of bytes has no output to tell its address on");
  const [line] = await once(child.stdout, "data");
  const { url }: { url: string } = JSON.parse(String(line));
  const target = { name: "Node, bytes alone", url, pid: child.pid ?? null, key: "x", model: "gpt-4o-mini" };
  return { target, stop: () => stopChild(child) };
}
