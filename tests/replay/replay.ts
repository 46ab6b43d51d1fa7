// Serves recorded answers as the upstream, and reads the gateway with the official SDK of every client format. The gateway
// and the fake vendor run in this process, on real sockets. Called by main.ts and by the suite over a part of the corpus.

import { startFakeUpstream } from "@ghostllm/fake-upstream";
import type { FakeUpstream } from "@ghostllm/fake-upstream";
import {
  makeProvider,
  makeSnapshot,
  makeTarget,
  providerNamed,
  startGateway,
  testKey,
} from "../../apps/server/tests/support/gateway.ts";
import type { TestGateway } from "../../apps/server/tests/support/gateway.ts";
import type { ReplayClient } from "./clients/client.ts";
import { compare } from "./compare.ts";
import type { Miss } from "./compare.ts";
import { accountedOf, missesOfRecord } from "./record-misses.ts";
import { replayPrice } from "./token-classes.ts";
import type { Format } from "./reading.ts";
import { expectedBy } from "./recordings.ts";
import type { Recording } from "./recordings.ts";

const model = "recorded-model";

const contentTypes: Readonly<Record<Format, string>> = {
  "openai-chat": "text/event-stream",
  "openai-responses": "text/event-stream",
  "anthropic-messages": "text/event-stream",
  gemini: "text/event-stream",
  ollama: "application/x-ndjson",
};

export interface Replay {
  readonly recording: Recording;
  readonly client: Format;
  /** The size of the vendor's writes; null for the whole answer in one. */
  readonly writeBytes: number | null;
  readonly misses: readonly Miss[];
}

export class ReplayStage {
  readonly #upstream: FakeUpstream;
  readonly #gateway: TestGateway;
  #replays = 0;

  private constructor(upstream: FakeUpstream, gateway: TestGateway) {
    this.#upstream = upstream;
    this.#gateway = gateway;
  }

  static async open(): Promise<ReplayStage> {
    return new ReplayStage(await startFakeUpstream(), await startGateway(makeSnapshot({ targets: [] })));
  }

  async close(): Promise<void> {
    await this.#gateway.close();
    await this.#upstream.close();
  }

  async replay(recording: Recording, client: ReplayClient, writeBytes: number | null): Promise<Replay> {
    this.#serve(recording, writeBytes);
    const { isStream: stream } = recording;
    const actual = await client.ask({ url: this.#gateway.url, key: testKey, model, stream });
    const misses = [
      ...compare(expectedBy(recording, client.format), actual, client.format),
      ...missesOfRecord(accountedOf(recording), this.#lastRecord()),
    ];
    return { recording, client: client.format, writeBytes, misses };
  }

  /** That the client of an earlier replay has left may be noticed, and written down, later than this one's answer. */
  #lastRecord() {
    return this.#gateway.records.findLast(({ providerId }) => providerId === this.#providerId);
  }

  /** Each time another one, so that what was learned of its health is forgotten. */
  get #providerId(): string {
    return `provider-${this.#replays}`;
  }

  #serve({ record, format, provider, isStream }: Recording, writeBytes: number | null): void {
    const definition = providerNamed(provider);
    const operations = Object.entries(definition.speaks).filter(([name]) => name === format);
    this.#replays += 1;
    const settings = { project: "project", location: "location", region: "us-east-1", apiVersion: "2024-10-21" };
    const target = makeProvider(provider, this.#upstream.url, {
      id: this.#providerId,
      definition: { ...definition, speaks: Object.fromEntries(operations) },
      settings,
    });
    this.#gateway.swap(makeSnapshot({ targets: [makeTarget(target, model, { prices: [{ price: replayPrice }] })] }));
    this.#upstream.clear();
    const script = {
      kind: "raw" as const,
      status: record.status,
      text: record.response_text ?? JSON.stringify(record.response_body ?? null),
      headers: { "content-type": isStream ? contentTypes[format] : "application/json" },
      ...(writeBytes !== null && { writeBytes }),
    };
    // Also the second time, as after an error of the vendor's.
    this.#upstream.script(script);
  }
}
