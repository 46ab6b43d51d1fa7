// A client's driver: a process that takes a job a line and answers a line, so that slow starters start once.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { DriverAnswer, Job } from "./sdk.ts";

const patienceMs = 60_000;

/** Whoever calls anybody but the gateway gets nowhere: no host is found through a proxy that does not listen. */
const offline = {
  HTTP_PROXY: "http://127.0.0.1:9",
  HTTPS_PROXY: "http://127.0.0.1:9",
  NO_PROXY: "127.0.0.1,localhost",
};

export interface Command {
  readonly program: string;
  readonly parameters: readonly string[];
}

export class DriverProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  #errors = "";
  #waiting: { answered: (line: string) => void; failed: (error: Error) => void } | null = null;

  constructor({ program, parameters }: Command, cwd: string) {
    const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], PYTHONUNBUFFERED: "1", ...offline };
    this.#child = spawn(program, parameters, { cwd, env });
    const kill = (): boolean => this.#child.kill("SIGKILL");
    process.once("exit", kill);
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#errors = `${this.#errors}${text}`.slice(-4000);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#read(line));
    this.#child.once("error", (error) => this.#waiting?.failed(error));
    this.#child.once("close", (code) => {
      process.removeListener("exit", kill);
      this.#waiting?.failed(new Error(`the driver ended with ${code}: ${this.#errors}`));
    });
    this.#child.stdin.on("error", () => undefined);
  }

  /** Rejects when the driver ends or has no answer in time: that is a fault of the driver, not of the gateway. */
  async ask(job: Job): Promise<DriverAnswer> {
    const line = await new Promise<string>((answered, failed) => {
      const timer = setTimeout(() => failed(new Error(`no answer in ${patienceMs} ms: ${this.#errors}`)), patienceMs);
      const settle =
        <Value>(then: (value: Value) => void) =>
        (value: Value): void => {
          clearTimeout(timer);
          this.#waiting = null;
          then(value);
        };
      this.#waiting = { answered: settle(answered), failed: settle(failed) };
      this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    });
    return JSON.parse(line) as DriverAnswer;
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  /** SDKs print of their own, too. */
  #read(line: string): void {
    if (line.startsWith("{") && line.endsWith("}")) this.#waiting?.answered(line);
  }
}
