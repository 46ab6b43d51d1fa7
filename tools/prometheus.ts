// A throw-away Prometheus for suites: everything it has lies in one temporary directory, it listens on 127.0.0.1 only, and it ends with
// the process that started it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";

const startTimeoutMs = 30_000;

export interface PrometheusOptions {
  /** `host:port` of servers with `/metrics`. */
  readonly targets: readonly string[];
  /** What a file of rules holds. */
  readonly rules: string;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface FiringAlert {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly summary: string;
}

export interface ThrowAwayPrometheus {
  /** As it is now. */
  query(expr: string): Promise<readonly Sample[]>;
  /** How many points a query has over the last seconds. */
  pointsOf(expr: string, seconds: number): Promise<number>;
  firing(): Promise<readonly FiringAlert[]>;
  dispose(): Promise<void>;
}

export function hasPrometheus(): boolean {
  try {
    for (const program of ["prometheus", "promtool"]) execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    process.stderr.write("Prometheus is left out: `apt-get install prometheus`\n");
    return false;
  }
}

export async function startPrometheus({ targets, rules }: PrometheusOptions): Promise<ThrowAwayPrometheus> {
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-prometheus-"));
  const port = await findFreePort();
  writeFileSync(join(directory, "rules.yml"), rules);
  writeFileSync(join(directory, "prometheus.yml"), configurationOf(targets));
  const child = spawn(
    "prometheus",
    [
      `--config.file=${join(directory, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(directory, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: "ignore" },
  );
  const killWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  const prometheus = new Prometheus(`http://127.0.0.1:${port}`, child, () => {
    process.removeListener("exit", killWithUs);
    rmSync(directory, { recursive: true, force: true });
  });
  await prometheus.untilReady();
  return prometheus;
}

function configurationOf(targets: readonly string[]): string {
  return [
    "global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }",
    "rule_files: [rules.yml]",
    "scrape_configs:",
    `  - { job_name: ghostllm, static_configs: [{ targets: ${JSON.stringify(targets)} }] }`,
    "",
  ].join("\n");
}

interface Result {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

class Prometheus implements ThrowAwayPrometheus {
  readonly #url: string;
  readonly #child: ChildProcess;
  readonly #cleanUp: () => void;

  constructor(url: string, child: ChildProcess, cleanUp: () => void) {
    this.#url = url;
    this.#child = child;
    this.#cleanUp = cleanUp;
  }

  async untilReady(): Promise<void> {
    const deadline = performance.now() + startTimeoutMs;
    while (performance.now() < deadline) {
      const response = await fetch(`${this.#url}/-/ready`).catch(() => null);
      if (response?.ok === true) return;
      await sleep(100);
    }
    await this.dispose();
    throw new Error("Prometheus is not ready");
  }

  async query(expr: string): Promise<readonly Sample[]> {
    const result = await this.#ask("query", { query: expr });
    return result.map(({ metric, value }) => ({ metric, value: Number(value?.[1]) }));
  }

  async pointsOf(expr: string, seconds: number): Promise<number> {
    const end = Date.now() / 1000;
    const range = { start: String(end - seconds), end: String(end), step: "1" };
    const result = await this.#ask("query_range", { query: expr, ...range });
    return result.reduce((sum, { values = [] }) => sum + values.filter(([, value]) => value !== "NaN").length, 0);
  }

  async firing(): Promise<readonly FiringAlert[]> {
    const response = await fetch(`${this.#url}/api/v1/alerts`);
    const { data } = (await response.json()) as { data: { alerts: readonly ToldAlert[] } };
    return data.alerts
      .filter(({ state }) => state === "firing")
      .map(({ labels, annotations }) => ({
        name: labels["alertname"] ?? "",
        labels,
        summary: annotations["summary"] ?? "",
      }));
  }

  async dispose(): Promise<void> {
    if (this.#child.exitCode === null) {
      this.#child.kill("SIGKILL");
      await once(this.#child, "exit");
    }
    this.#cleanUp();
  }

  async #ask(path: string, parameters: Readonly<Record<string, string>>): Promise<readonly Result[]> {
    const response = await fetch(`${this.#url}/api/v1/${path}`, {
      method: "POST",
      body: new URLSearchParams(parameters),
    });
    const { data, error } = (await response.json()) as { data?: { result: readonly Result[] }; error?: string };
    if (data === undefined) throw new Error(`${parameters["query"]}: ${error}`);
    return data.result;
  }
}

interface ToldAlert {
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
