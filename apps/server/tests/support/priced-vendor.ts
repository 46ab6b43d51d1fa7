// One vendor with the list's prices, a key that may have a budget, and an answer that the test writes.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import { builtInPrices } from "@ghostllm/llm";
import type { UsageRecord } from "#domain/usage-record.ts";
import { makePrincipal, makeProvider, makeScope, makeSnapshot, makeTarget, startGateway, testKey } from "./gateway.ts";
import { readBody } from "./stage.ts";
import type { TestGateway } from "./gateway.ts";

export interface Asked {
  readonly type: string;
  readonly model: string;
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Sent in place of it, as it is written. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The vendor's answer: an object, or the data of each event of a stream. */
  readonly answer: object | readonly (object | string)[];
  /** In USD. */
  readonly budget?: number;
  readonly contextLength?: number | null;
}

export interface Told {
  readonly status: number;
  readonly text: string;
  /** The end of the answer was missing. */
  readonly isCut: boolean;
  readonly headers: Headers;
  /** Undefined where no vendor was asked. */
  readonly record: UsageRecord | undefined;
  /** In USD. */
  readonly cost: number | null;
}

export class PricedVendor {
  readonly upstream: FakeUpstream;
  readonly gateway: TestGateway;

  private constructor(upstream: FakeUpstream, gateway: TestGateway) {
    this.upstream = upstream;
    this.gateway = gateway;
  }

  static async start(settings: Parameters<typeof startGateway>[1] = {}): Promise<PricedVendor> {
    const upstream = await startFakeUpstream();
    return new PricedVendor(upstream, await startGateway(makeSnapshot({ targets: [] }), settings));
  }

  async ask({ type, model, path, body, text: written, headers, answer, budget, contextLength }: Asked): Promise<Told> {
    const { upstream, gateway } = this;
    const provider = makeProvider(type, upstream.url, { settings: { region: "us-east-1", location: "global" } });
    const known = builtInPrices().find(provider, model);
    const target = makeTarget(provider, model, {
      prices: known?.prices ?? null,
      contextLength: contextLength === undefined ? (known?.contextLength ?? null) : contextLength,
    });
    const scopes = [makeScope("key", `${gateway.records.length}-${Math.random()}`, { budgetNanos: nanosOf(budget) })];
    gateway.swap(makeSnapshot({ targets: [target], principals: { [testKey]: makePrincipal({ scopes }) } }));
    const before = gateway.records.length;
    upstream.script(scriptOf(answer));
    const response = await fetch(gateway.url + path, {
      method: "POST",
      headers: { authorization: `Bearer ${testKey}`, "content-type": "application/json", ...headers },
      body: written ?? JSON.stringify(body),
    });
    const { text, isCut } = await readBody(response);
    const record = gateway.records[before];
    const cost = typeof record?.costNanos === "number" ? record.costNanos / 1e9 : null;
    return { status: response.status, text, isCut, headers: response.headers, record, cost };
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await this.upstream.close();
  }
}

function nanosOf(usd: number | undefined): number | null {
  return usd === undefined ? null : Math.round(usd * 1e9);
}

function scriptOf(answer: Asked["answer"]) {
  if (!Array.isArray(answer)) {
    const headers = { "content-type": "application/json" };
    return { kind: "raw" as const, status: 200, text: JSON.stringify(answer), headers };
  }
  const events = (answer as readonly (object | string)[]).map((event) => {
    const name = typeof event === "object" && "type" in event ? `event: ${String(event.type)}\n` : "";
    return `${name}data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`;
  });
  return { kind: "raw" as const, status: 200, text: events.join(""), headers: { "content-type": "text/event-stream" } };
}
