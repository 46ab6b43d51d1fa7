import type { Socket } from "node:net";
import { expect } from "vitest";
import type { UpstreamClient } from "#gateway/upstream/upstream.ts";
import { ask, post } from "./both-clients.ts";
import type { ClientKind } from "./both-clients.ts";
import { answerText, startRawVendor } from "./raw-vendor.ts";
import type { RawVendor } from "./raw-vendor.ts";

/** It is larger than what the kernel takes at once. */
export const largeBody = Buffer.alloc(20_000_000, "x");

const answerWell = (socket: Socket): void => void socket.write(answerText("ok"));

interface Parts {
  readonly vendor: RawVendor;
  readonly deaf: RawVendor;
  readonly client: UpstreamClient;
}

/** A client with two vendors with whom something goes wrong. */
export class BreakingStage {
  /** With each request of `vendor`. */
  act: (socket: Socket) => unknown = answerWell;
  /** With each connection to `deaf`. */
  greet: (socket: Socket) => void = () => {};
  readonly #create: ClientKind["create"];
  #parts: Parts | null = null;

  constructor(create: ClientKind["create"]) {
    this.#create = create;
  }

  async start(): Promise<void> {
    this.act = answerWell;
    this.greet = () => {};
    const vendor = await startRawVendor({ onRequest: ({ socket }) => this.act(socket) });
    const deaf = await startRawVendor({ onConnection: (socket) => this.greet(socket), onHead: () => {} });
    this.#parts = { vendor, deaf, client: this.#create() };
  }

  get vendor(): RawVendor {
    return this.#started.vendor;
  }

  /** Reads no more than heads. */
  get deaf(): RawVendor {
    return this.#started.deaf;
  }

  get client(): UpstreamClient {
    return this.#started.client;
  }

  async expectUsable(): Promise<void> {
    this.act = answerWell;
    expect(await ask(this.client, post(this.vendor.url))).toMatchObject({ status: 200, text: "ok" });
  }

  async close(): Promise<void> {
    const { client, vendor, deaf } = this.#started;
    await client.close();
    await vendor.close();
    await deaf.close();
  }

  get #started(): Parts {
    if (this.#parts === null) throw new Error("it has not been started");
    return this.#parts;
  }
}
