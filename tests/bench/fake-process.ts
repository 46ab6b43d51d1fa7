import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Script } from "@ghostllm/fake-upstream";
import { stopChild } from "./child.ts";
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
  const child = fork(main, ["--remember", "0", "--port", String(port)], {
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  if (child.stdout === null) throw new Error("the fake vendor has no output to tell its address on");
  const [line] = await Promise.race([once(child.stdout, "data"), failOnExit(once(child, "exit"))]);
  const { url }: { url: string } = JSON.parse(String(line));
  return { pid: child.pid ?? 0, url, control: new FakeControl(url), stop: () => stopChild(child) };
}

async function failOnExit(exit: Promise<unknown[]>): Promise<never> {
  const [code] = await exit;
  throw new Error(`the fake vendor ended with code ${String(code)}`);
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
