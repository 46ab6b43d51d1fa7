// A fake vendor and a gateway in front of it, with the requests that most suites send.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import type { Clock } from "#domain/clock.ts";
import type { ProviderEntry, Target } from "#domain/snapshot.ts";
import type { UsageRecord } from "#domain/usage-record.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway, testKey } from "./gateway.ts";
import type { SnapshotParts, TestGateway } from "./gateway.ts";

export const chatPath = "/v1/chat/completions";
export const hello = { model: "fake-model", messages: [{ role: "user", content: "hello" }] };
export const helloStream = { ...hello, stream: true };

/** Time that stands still until the test moves it. */
export class TestClock implements Clock {
  ms = Date.UTC(2026, 0, 1);
  /** By how much somebody has set the machine's clock forward. */
  stepMs = 0;

  now(): number {
    return this.ms + this.stepMs;
  }

  monotonic(): number {
    return this.ms;
  }
}

type GatewaySettings = Parameters<typeof startGateway>[1];

export interface StageSettings extends NonNullable<GatewaySettings> {
  readonly provider?: Partial<ProviderEntry>;
  readonly target?: Partial<Target>;
  readonly snapshot?: Omit<SnapshotParts, "targets">;
}

export interface Stage {
  readonly upstream: FakeUpstream;
  readonly gateway: TestGateway;
  readonly provider: ProviderEntry;
  post(body: unknown, path?: string, init?: RequestInit): Promise<Response>;
  /** The record of the only request that has one. */
  onlyRecord(): Promise<UsageRecord>;
  close(): Promise<void>;
}

export const keyHeader = { authorization: `Bearer ${testKey}` };

export function postJson(url: string, body: unknown, { headers, ...init }: RequestInit = {}): Promise<Response> {
  return fetch(url, {
    method: "POST",
    ...init,
    headers: { ...keyHeader, "content-type": "application/json", ...(headers as Record<string, string> | undefined) },
    body: typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body),
  });
}

export async function startStage({ provider, target, snapshot, ...settings }: StageSettings = {}): Promise<Stage> {
  const upstream = await startFakeUpstream();
  const entry = makeProvider("openai", `${upstream.url}/v1`, provider);
  const targets = [makeTarget(entry, "fake-model", target), makeTarget(entry, "fake-embedding", target)];
  const gateway = await startGateway(makeSnapshot({ targets, ...snapshot }), settings);
  return {
    upstream,
    gateway,
    provider: entry,
    post: (body, path = chatPath, init = {}) => postJson(gateway.url + path, body, init),
    async onlyRecord() {
      await waitFor(() => gateway.records.length > 0);
      // A second one would be a mistake that shows only a little later.
      await pause(30);
      const [record, ...others] = gateway.records;
      if (record === undefined || others.length > 0) throw new Error(`${gateway.records.length} records`);
      return record;
    },
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export async function waitFor(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${condition.toString()}`);
    await pause(5);
  }
}

export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: string;
  };
}

/** The error of an answer, which must have the form that the official SDKs read. */
export async function readError(response: Response): Promise<ErrorBody["error"]> {
  const { error } = (await response.json()) as ErrorBody;
  return error;
}

/** What came of an answer's body, and whether its end was missing. Not `text()`, which would drop a byte order mark. */
export async function readBody({ body }: Response): Promise<{ readonly text: string; readonly isCut: boolean }> {
  const parts: Uint8Array[] = [];
  const read = (isCut: boolean) => ({ text: Buffer.concat(parts).toString("utf8"), isCut });
  try {
    for await (const part of body ?? []) parts.push(part);
  } catch {
    return read(true);
  }
  return read(false);
}
