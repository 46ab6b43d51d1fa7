// The gateway as its users run it, with fake vendors behind it and a wiretap before it.

import { setTimeout as sleep } from "node:timers/promises";
import { createAccount, listUsage } from "../support/admin.ts";
import type { UsageRow } from "../support/admin.ts";
import { startServer } from "../support/server.ts";
import type { ReadyServer } from "../support/server.ts";
import type { Agent } from "./clients/agent.ts";
import { runAgent } from "./run-agent.ts";
import type { AgentRun } from "./run-agent.ts";
import { anthropicMessages } from "./vendors/anthropic-messages.ts";
import { gemini } from "./vendors/gemini.ts";
import { openaiChat } from "./vendors/openai-chat.ts";
import { openaiResponses } from "./vendors/openai-responses.ts";
import { FakeVendor } from "./vendors/vendor.ts";
import { startWiretap } from "./wiretap.ts";
import type { Overheard, Wiretap } from "./wiretap.ts";

/** Providers by name, as the gateway detects them in its environment. Codex' own vendor speaks two formats on one address. */
const providers = {
  anthropic: {
    wires: [anthropicMessages],
    variables: (url: string) => ({ ANTHROPIC_API_KEY: "sk-ant-of-the-operator", ANTHROPIC_BASE_URL: url }),
  },
  openai: {
    wires: [openaiChat, openaiResponses],
    variables: (url: string) => ({ OPENAI_API_KEY: "sk-of-the-operator", OPENAI_BASE_URL: `${url}/v1` }),
  },
  google: {
    wires: [gemini],
    variables: (url: string) => ({ GEMINI_API_KEY: "key-of-the-operator", GEMINI_BASE_URL: url }),
  },
};

export type VendorName = keyof typeof providers;

const bookingPatienceMs = 10_000;

const prompt = "Ask the shell for the three answers, and tell me what it printed.";

export interface Scene extends AgentRun {
  readonly vendor: FakeVendor;
  readonly overheard: readonly Overheard[];
  readonly usage: readonly UsageRow[];
}

interface Parts {
  readonly server: ReadyServer;
  readonly wiretap: Wiretap;
  readonly vendors: Readonly<Record<VendorName, FakeVendor>>;
}

export class Stage {
  readonly #parts: Parts;

  private constructor(parts: Parts) {
    this.#parts = parts;
  }

  static async open(): Promise<Stage> {
    const vendors = {
      anthropic: await FakeVendor.start(providers.anthropic.wires),
      openai: await FakeVendor.start(providers.openai.wires),
      google: await FakeVendor.start(providers.google.wires),
    };
    const environment = {
      ...providers.anthropic.variables(vendors.anthropic.url),
      ...providers.openai.variables(vendors.openai.url),
      ...providers.google.variables(vendors.google.url),
    };
    const server = await startServer({ environment });
    return new Stage({ server, vendors, wiretap: await startWiretap(server.url) });
  }

  async close(): Promise<void> {
    const { server, wiretap, vendors } = this.#parts;
    await wiretap.close();
    await server.stop();
    await Promise.all(Object.values(vendors).map((vendor) => vendor.close()));
  }

  /** One question to the agent, as a user of its own. */
  async play(agent: Agent, vendorName: VendorName, model: string): Promise<Scene> {
    const { server, wiretap, vendors } = this.#parts;
    const vendor = vendors[vendorName];
    vendor.begin();
    wiretap.clear();
    const { key, keyId } = await createAccount(server.admin);
    const run = await runAgent(agent, { url: wiretap.url, key, model, prompt });
    const usage = await this.#untilBooked(keyId, vendor.chatCount);
    return { ...run, vendor, overheard: [...wiretap.overheard], usage };
  }

  /** Records come into the database a moment after their answer. */
  async #untilBooked(keyId: string, count: number): Promise<readonly UsageRow[]> {
    const deadline = performance.now() + bookingPatienceMs;
    for (;;) {
      const rows = await listUsage(this.#parts.server.admin, { api_key_id: keyId });
      if (rows.length >= count || performance.now() > deadline) return rows;
      await sleep(50);
    }
  }
}
