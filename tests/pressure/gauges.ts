// What a server takes of its machine: resident memory and descriptors from /proc (Linux), the delay of its event loop from
// its own metrics.

import { readFileSync, readdirSync } from "node:fs";
import { Agent, request } from "node:http";

export interface Sample {
  readonly megabytes: number;
  readonly descriptors: number;
}

export function sample(pid: number): Sample {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  return { megabytes, descriptors: readdirSync(`/proc/${pid}/fd`).length };
}

const sampleMs = 50;

/** The most that was seen since it began. */
export class Watch {
  readonly #pid: number;
  readonly #timer: NodeJS.Timeout;
  most: Sample;

  constructor(pid: number) {
    this.#pid = pid;
    this.most = sample(pid);
    this.#timer = setInterval(() => this.#look(), sampleMs);
  }

  stop(): Sample {
    this.#look();
    clearInterval(this.#timer);
    return this.most;
  }

  #look(): void {
    const { megabytes, descriptors } = sample(this.#pid);
    this.most = {
      megabytes: Math.max(this.most.megabytes, megabytes),
      descriptors: Math.max(this.most.descriptors, descriptors),
    };
  }
}

/** Metrics, read over one connection that is open before anything else happens. */
export class Metrics {
  readonly #url: string;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  /** Each reading of the metrics begins a new measurement. */
  #longestDelayMs = 0;

  constructor(url: string) {
    this.#url = url;
  }

  /** The longest delay of the event loop since this was last asked, in ms. */
  async loopDelayMs(): Promise<number> {
    await this.read("nodejs_eventloop_lag_max_seconds");
    const longest = this.#longestDelayMs;
    this.#longestDelayMs = 0;
    return Math.round(longest);
  }

  async read(name: string): Promise<number> {
    const text = await this.#text();
    this.#longestDelayMs = Math.max(this.#longestDelayMs, valueOf(text, "nodejs_eventloop_lag_max_seconds") * 1000);
    return valueOf(text, name);
  }

  close(): void {
    this.#agent.destroy();
  }

  #text(): Promise<string> {
    return new Promise((resolve, reject) => {
      request(`${this.#url}/metrics`, { agent: this.#agent }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
        response.once("end", () => resolve(text)).once("error", reject);
      })
        .once("error", reject)
        .end();
    });
  }
}

function valueOf(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1] ?? Number.NaN);
}
