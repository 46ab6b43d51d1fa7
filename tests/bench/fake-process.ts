import { fileURLToPath } from "node:url";
import type { Script } from "@ghostllm/fake-upstream";
import { forkServer, stopChild } from "./child.ts";
import { loopbackEndpoint } from "./connection.ts";
import type { Stoppable } from "./targets.ts";

export interface FakeProcess extends Stoppable {
  readonly pid: number;
  readonly url: string;
  readonly control: FakeControl;
}

const main = fileURLToPath(new URL("../../packages/fake-upstream/src/main.ts", import.meta.url));

/** The fake vendor in a process of its own, so that its work is not counted as anybody else's. */
export async function startFakeProcess(port = 0): Promise<FakeProcess> {
  const { child, url } = await forkServer(main, ["--remember", "0", "--port", String(port)]);
  return { pid: child.pid ?? 0, url, control: new FakeControl(url), stop: () => stopChild(child) };
}

/** Orders to a fake vendor that runs somewhere on this machine. */
export class FakeControl {
  readonly #url: string;

  constructor(url: string) {
    loopbackEndpoint(url);
    this.#url = url;
  }

  async script(script: Script): Promise<void> {
    await this.#order("script", { method: "POST", body: JSON.stringify(script) });
  }

  async openSockets(): Promise<number> {
    const { open } = (await this.#order("sockets", {})) as { open: number };
    return open;
  }

  async #order(name: string, init: RequestInit): Promise<unknown> {
    const response = await fetch(`${this.#url}/__fake/${name}`, init);
    if (!response.ok) throw new Error(`the fake vendor refuses /__fake/${name}: ${await response.text()}`);
    return response.json();
  }
}
