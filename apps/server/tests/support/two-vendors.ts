// Two vendors behind one gateway, the second of which is asked where the first does not serve: `alone` is a model of the first,
// `routed` an alias of that one and another of the second. Their providers are named `first` and `second`.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream, Script } from "@ghostllm/fake-upstream";
import type { ClientDialectName, ProviderDefinition } from "@ghostllm/llm";
import type { UsageRecord } from "#domain/usage-record.ts";
import { askings } from "./every-dialect.ts";
import { makeProvider, makeSnapshot, makeTarget, startGateway } from "./gateway.ts";
import type { TestGateway } from "./gateway.ts";
import { postJson } from "./stage.ts";

export class TwoVendors {
  readonly upstreams: readonly FakeUpstream[];
  readonly gateway: TestGateway;
  #served = 0;

  private constructor(upstreams: readonly FakeUpstream[], gateway: TestGateway) {
    this.upstreams = upstreams;
    this.gateway = gateway;
  }

  static async start(): Promise<TwoVendors> {
    const upstreams = await Promise.all([startFakeUpstream(), startFakeUpstream()]);
    return new TwoVendors(upstreams, await startGateway(makeSnapshot({ targets: [] }), { random: () => 0 }));
  }

  /** Nothing is known of them: who fails again and again is rested, and no test is to suffer from the ones before. */
  serve(first: ProviderDefinition, second = first): void {
    this.#served += 1;
    const targets = [first, second].map((definition, place) => {
      const name = place === 0 ? "first" : "second";
      const root = /^(?:anthropic|google|ollama)$/.test(definition.type) ? "" : "/v1";
      const change = { id: `${name}-${this.#served}`, name, definition };
      const provider = makeProvider(definition.type, `${this.upstreams[place]?.url}${root}`, change);
      return makeTarget(provider, place === 0 ? "alone" : "other");
    });
    const members = targets.map((target) => ({ target, weight: 1 }));
    const alias = { id: "r", name: "routed", strategy: "ordered" as const, targets: members, createdAt: 0 };
    this.gateway.swap(makeSnapshot({ targets, aliases: new Map([["routed", alias]]) }));
  }

  /** What the vendor at that place answers, one after the other. */
  script(place: 0 | 1, ...scripts: readonly Script[]): void {
    this.upstreams[place]?.script(scripts);
  }

  ask(client: ClientDialectName, model: "alone" | "routed", stream: boolean): Promise<Response> {
    const { path, body } = askings[client](model, stream);
    return postJson(this.gateway.url + path, body);
  }

  get lastRecord(): UsageRecord | undefined {
    return this.gateway.records.at(-1);
  }

  clear(): void {
    for (const upstream of this.upstreams) upstream.clear();
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await Promise.all(this.upstreams.map((upstream) => upstream.close()));
  }
}
