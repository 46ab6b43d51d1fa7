// A real llama.cpp server in a process of its own, which ends with the test's.

import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Installed } from "./install.ts";

export const modelName = "smollm2";

export interface LlamaSettings {
  /** All slots share it. */
  readonly n_ctx: number;
  readonly n_parallel: number;
  readonly embedding?: boolean;
  readonly sse_ping_interval?: number;
  readonly chat_template?: string;
}

export interface Counted {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

export interface DirectAnswer {
  readonly choices: readonly { readonly message: { readonly content: string }; readonly finish_reason: string }[];
  readonly usage: Counted;
}

async function findPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const readyPatienceMs = 120_000;

export class LlamaServer {
  readonly url: string;
  readonly #child: ChildProcess;
  #stderr = "";

  private constructor(child: ChildProcess, url: string) {
    this.#child = child;
    this.url = url;
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
  }

  /** Begins to load its model. */
  static async begin({ python, model }: Installed, settings: LlamaSettings): Promise<LlamaServer> {
    const port = await findPort();
    const script = join(import.meta.dirname, "llama-server.py");
    const told = JSON.stringify({
      model,
      alias: modelName,
      port,
      n_threads_http: 4,
      endpoint_slots: true,
      ...settings,
    });
    const child = spawn(python, [script, told], { stdio: ["pipe", "ignore", "pipe"] });
    process.once("exit", () => child.kill("SIGKILL"));
    return new LlamaServer(child, `http://127.0.0.1:${port}`);
  }

  static async start(installed: Installed, settings: LlamaSettings): Promise<LlamaServer> {
    const server = await LlamaServer.begin(installed, settings);
    await server.untilReady();
    return server;
  }

  async untilReady(): Promise<void> {
    const deadline = performance.now() + readyPatienceMs;
    while (performance.now() < deadline) {
      if (this.#child.exitCode !== null) throw new Error(`llama.cpp's server ended\n${this.#stderr}`);
      const response = await fetch(`${this.url}/health`).catch(() => null);
      await response?.arrayBuffer();
      if (response?.ok === true) return;
      await sleep(50);
    }
    throw new Error(`llama.cpp's server is not ready\n${this.#stderr}`);
  }

  /** What it says without a gateway. */
  async ask<Answer>(path: string, body?: object): Promise<Answer> {
    const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
    const response = await fetch(this.url + path, init);
    return (await response.json()) as Answer;
  }

  /** Whether it still works on an answer. */
  async isBusy(): Promise<boolean> {
    const slots = await this.ask<readonly { readonly is_processing: boolean }[]>("/slots");
    return slots.some(({ is_processing: isProcessing }) => isProcessing);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.kill("SIGKILL");
    await closed;
  }
}
