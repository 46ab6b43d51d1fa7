import { fileURLToPath } from "node:url";
import { forkServer, stopChild } from "./child.ts";
import type { Stoppable, Target } from "./targets.ts";

const carrier = fileURLToPath(new URL("byte-carrier.ts", import.meta.url));

/** What Node itself costs: a process of it that carries bytes and does nothing else. */
export async function startFloor(upstreamUrl: string): Promise<Stoppable & { readonly target: Target }> {
  const { child, url } = await forkServer(carrier, [new URL(upstreamUrl).port]);
  const target = { name: "Node, bytes alone", url, pid: child.pid ?? null, key: "x", model: "gpt-4o-mini" };
  return { target, stop: () => stopChild(child) };
}
