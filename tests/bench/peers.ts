// Other gateways beside GhostLLM, in the same rounds: `--peers FILE` names those that run already, or how they are started.

import { readFileSync } from "node:fs";
import { z } from "zod";
import { startChild, stopChild, waitForPort } from "./child.ts";
import { loopbackEndpoint } from "./connection.ts";
import type { Stoppable, Target } from "./targets.ts";

/** Some load for a minute before they listen. */
const startPatienceMs = 120_000;

const peerSchema = z.strictObject({
  /** With the version. */
  name: z.string().min(1),
  url: z.url(),
  key: z.string().default("x"),
  model: z.string().default("gpt-4o-mini"),
  /** Sent with every request. */
  headers: z.record(z.string(), z.string()).default({}),
  /** Of one that runs; without it, and without `start`, its CPU is not counted. */
  pid: z.int().positive().optional(),
  /** The program and its parameters. An entry of the same URL before it has started it already. */
  start: z.array(z.string()).min(1).optional(),
  environment: z.record(z.string(), z.string()).default({}),
});

export type Peer = z.infer<typeof peerSchema>;

/** `{upstream}` stands for the URL of the fake vendor wherever a peer must be told it. */
export function readPeers(file: string, upstreamUrl: string): readonly Peer[] {
  const text = readFileSync(file, "utf8").replaceAll("{upstream}", upstreamUrl);
  const peers = z.array(peerSchema).safeParse(JSON.parse(text));
  if (!peers.success) throw new Error(`${file} does not list peers:\n${z.prettifyError(peers.error)}`);
  for (const { url } of peers.data) loopbackEndpoint(url);
  return peers.data;
}

/** One after the other; what was started is added to `running`. */
export async function startPeers(peers: readonly Peer[], running: Stoppable[]): Promise<Target[]> {
  const pids = new Map<string, number>();
  const targets: Target[] = [];
  for (const peer of peers) {
    const pid = peer.pid ?? pids.get(peer.url) ?? (await startPeer(peer, running));
    if (pid !== null) pids.set(peer.url, pid);
    const { name, url, key, model, headers } = peer;
    targets.push({ name, url, key, model, headers, pid });
  }
  return targets;
}

async function startPeer({ url, start, environment }: Peer, running: Stoppable[]): Promise<number | null> {
  const [program, ...parameters] = start ?? [];
  if (program === undefined) return null;
  const env = { ...process.env, ...environment };
  const child = startChild(program, parameters, { stdio: ["ignore", "ignore", "inherit"], env });
  running.push({ stop: () => stopChild(child) });
  await waitForPort(child, loopbackEndpoint(url).port, startPatienceMs);
  return child.pid ?? null;
}
