// Clients that ask on and on, half of them for streams, and note the request id of every answer they got in full.

import { setTimeout as sleep } from "node:timers/promises";
import type { ScriptFunction } from "@ghostllm/fake-upstream";

export interface LoadOptions {
  readonly url: string;
  readonly key: string;
  readonly model: string;
  readonly clients: number;
  /** Pause of each client after an answer. */
  readonly pauseMs?: number;
}

export interface Load {
  /** Request ids of answers that came in full. */
  readonly received: readonly string[];
  /** What went wrong before `expectEnd`; the same message once. */
  readonly failures: ReadonlySet<string>;
  /** From now on a failure is no fault: the server is about to go. */
  expectEnd(): void;
  /** Lets what is in progress finish. */
  stop(): Promise<void>;
}

/** Answers slow enough to be caught in their middle. */
export const unhurriedVendor: ScriptFunction = () => ({
  kind: "chat",
  text: "an answer of a few words that takes its time",
  delayMs: 5,
  tokensPerSecond: 300,
});

export function startLoad(options: LoadOptions): Load {
  const run = { received: [] as string[], failures: new Set<string>(), isEnding: false, isStopped: false };
  const clients = Array.from({ length: options.clients }, (_, index) => runClient(options, run, index % 2 === 0));
  return {
    received: run.received,
    failures: run.failures,
    expectEnd: () => {
      run.isEnding = true;
    },
    stop: async () => {
      run.isStopped = true;
      await Promise.all(clients);
    },
  };
}

interface Run {
  readonly received: string[];
  readonly failures: Set<string>;
  isEnding: boolean;
  isStopped: boolean;
}

async function runClient(options: LoadOptions, run: Run, stream: boolean): Promise<void> {
  while (!run.isStopped) {
    try {
      run.received.push(await ask(options, stream));
    } catch (error) {
      if (run.isEnding) return;
      run.failures.add(String(error));
    }
    if (options.pauseMs !== undefined) await sleep(options.pauseMs);
  }
}

/** Answers the request id; rejects when the answer is not whole. */
async function ask({ url, key, model }: LoadOptions, stream: boolean): Promise<string> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model, stream, max_tokens: 50, messages: [{ role: "user", content: "Take your time" }] }),
  });
  const id = response.headers.get("x-request-id");
  const text = await response.text();
  if (response.status !== 200 || id === null) throw new Error(`status ${response.status}: ${text}`);
  const isWhole = stream ? text.endsWith("data: [DONE]\n\n") : text.endsWith("}");
  if (!isWhole) throw new Error(`the answer is not whole: ${text.slice(-200)}`);
  return id;
}
