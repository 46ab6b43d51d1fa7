// The two ways to vendors, for suites that hold for both, and what suites read of their answers.

import { readFileSync } from "node:fs";
import type { Network } from "#config/config.ts";
import { createUpstreamClient } from "#gateway/upstream/client.ts";
import { direct } from "#gateway/upstream/lanes.ts";
import type { UpstreamTimeouts } from "#gateway/upstream/transport.ts";
import { UpstreamFailure } from "#gateway/upstream/upstream.ts";
import type { UpstreamAnswer, UpstreamClient, UpstreamRequest } from "#gateway/upstream/upstream.ts";

export const patient: UpstreamTimeouts = { connectMs: 5_000, firstByteMs: 5_000, idleMs: 5_000 };

type Guard = NonNullable<Parameters<typeof createUpstreamClient>[2]>;

export interface ClientSettings extends Omit<Guard, "usesUndici"> {
  readonly timeouts?: Partial<UpstreamTimeouts>;
  readonly network?: Partial<Network>;
}

export interface ClientKind {
  readonly name: "lean" | "undici";
  create(settings?: ClientSettings): UpstreamClient;
}

function kind(name: ClientKind["name"]): ClientKind {
  return {
    name,
    create({ timeouts, network, ...guard } = {}) {
      const ways = { ...guard, usesUndici: name === "undici" };
      return createUpstreamClient({ ...patient, ...timeouts }, { ...direct, ...network }, ways);
    },
  };
}

export const bothClients: readonly ClientKind[] = [kind("lean"), kind("undici")];

export function certificateOf(name: "first" | "second"): { readonly key: Buffer; readonly cert: Buffer } {
  const read = (what: string): Buffer =>
    readFileSync(new URL(`../support/certificates/${name}-${what}.pem`, import.meta.url));
  return { key: read("key"), cert: read("certificate") };
}

export function get(url: string): UpstreamRequest {
  return { method: "GET", url: `${url}/v1/models`, headers: { accept: "*/*" }, body: null };
}

export function post(url: string, body: UpstreamRequest["body"] = "{}"): UpstreamRequest {
  const headers = { "content-type": "application/json", authorization: "Bearer x" };
  return { method: "POST", url: `${url}/v1/chat/completions`, headers, body };
}

export interface Told {
  readonly text: string;
  readonly failure: UpstreamFailure | null;
}

/** All of an answer's body, or what came of it before it failed. */
export function readTold(answer: UpstreamAnswer): Promise<Told> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    const tell = (failure: UpstreamFailure | null): void =>
      resolve({ text: Buffer.concat(parts).toString("latin1"), failure });
    answer.deliverTo({ onData: (chunk) => parts.push(chunk), onEnd: () => tell(null), onFailure: tell });
  });
}

export interface Asked extends Told {
  readonly status: number;
}

/** Status 0 where no answer came. */
export async function ask(client: UpstreamClient, request: UpstreamRequest): Promise<Asked> {
  try {
    const answer = await client.send(request).answer;
    return { status: answer.status, ...(await readTold(answer)) };
  } catch (failure) {
    if (!(failure instanceof UpstreamFailure)) throw failure;
    return { status: 0, text: "", failure };
  }
}
