// GhostLLM as its users run it, in front of the one vendor: for each client its own providers, one for each thing that goes
// wrong, so that no client meets what another one left behind.

import type { Client } from "@ghostllm/contract/client";
import { startServer } from "../support/server-process.ts";
import type { ReadyServer } from "../support/server-process.ts";
import { createAccount } from "../support/admin.ts";
import type { DialectName } from "./sdk.ts";
import { faults, Vendor, vendorDialects } from "./vendor/vendor.ts";
import type { Fault } from "./vendor/vendor.ts";

export interface Keys {
  readonly good: string;
  /** May use other models only. */
  readonly forbidden: string;
  /** Whose tokens per minute no request fits into. */
  readonly small: string;
}

export class Stage {
  readonly vendor: Vendor;
  readonly #server: ReadyServer;

  private constructor(vendor: Vendor, server: ReadyServer) {
    this.vendor = vendor;
    this.#server = server;
  }

  static async open(): Promise<Stage> {
    const vendor = new Vendor();
    await vendor.listen();
    const server = await startServer({ environment: { LOG_LEVEL: "error" } });
    return new Stage(vendor, server);
  }

  get port(): number {
    return Number(new URL(this.#server.url).port);
  }

  async prepare(client: string, dialects: readonly DialectName[]): Promise<Keys> {
    const { admin } = this.#server;
    for (const dialect of dialects) await this.#addProviders(admin, client, dialect);
    const keyFor = async (models: string, limits = {}): Promise<string> => {
      return (await createAccount(admin, { key: { permissions: { models: [models] }, limits } })).key;
    };
    return {
      good: await keyFor(`${client}-*`),
      forbidden: await keyFor("another-*"),
      small: await keyFor(`${client}-*`, { tokens_per_minute: 10 }),
    };
  }

  async close(): Promise<void> {
    await this.#server.stop();
    await this.vendor.close();
  }

  async #addProviders(admin: Client, client: string, name: DialectName): Promise<void> {
    const dialect = vendorDialects.find((one) => one.name === name);
    if (dialect === undefined) throw new Error(`no vendor speaks ${name}`);
    for (const fault of faults) {
      const base_url = this.vendor.baseUrlFor(client, fault, dialect);
      const body = { name: providerName(client, fault, name), provider_type: dialect.providerType, base_url };
      const { id } = await admin.providers.create({ body: { ...body, api_key: "sk-of-the-operator" } });
      if (fault === "none") await admin.providers.discoverModels({ params: { id } });
    }
  }
}

export function providerName(client: string, fault: Fault, dialect: DialectName): string {
  return `${client}-${dialect}-${fault}`;
}
