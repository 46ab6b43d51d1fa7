// Neither tool is a dependency of the project: both are installed when they are asked for, into node_modules.

import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";

const cache = resolve(import.meta.dirname, "../../node_modules/.cache");
const phoenixFolder = join(cache, "phoenix-20.26.1");

function run(program: string, parameters: readonly string[], cwd = import.meta.dirname): void {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: "utf8", cwd });
  if (status === 0) return;
  throw new Error(`${program} ${parameters.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`);
}

/** The path of a collector with a receiver of OTLP, tail sampling, and files to write to. Throws where it cannot be had. */
export function buildCollector(): string {
  const path = join(cache, "otel-collector-0.161.0");
  if (existsSync(path)) return path;
  mkdirSync(cache, { recursive: true });
  console.error("traces: building the OpenTelemetry Collector ...");
  run("go", ["build", "-p", "1", "-o", path, "."], join(import.meta.dirname, "collector"));
  return path;
}

/** The path of Phoenix's program. Throws where it cannot be had. */
export function installPhoenix(): string {
  const program = join(phoenixFolder, "bin/phoenix");
  if (existsSync(join(phoenixFolder, "installed"))) return program;
  rmSync(phoenixFolder, { recursive: true, force: true });
  console.error("traces: installing Phoenix ...");
  run("python3", ["-m", "venv", phoenixFolder]);
  const quiet = ["--quiet", "--only-binary", ":all:", "--disable-pip-version-check"];
  run(join(phoenixFolder, "bin/python"), ["-m", "pip", "install", ...quiet, "arize-phoenix==20.26.1"]);
  run("touch", [join(phoenixFolder, "installed")]);
  return program;
}

export interface Tool {
  readonly child: ChildProcess;
  readonly printed: () => string;
  stop(): Promise<void>;
}

export function startTool(program: string, parameters: readonly string[], environment: Record<string, string>): Tool {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment };
  const child = spawn(program, parameters, { env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const keep = (part: Buffer): void => void (text += part.toString());
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const over = new Promise<void>((done) => child.once("exit", () => done()));
  return {
    child,
    printed: () => text,
    async stop() {
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
      await over;
      clearTimeout(timer);
    },
  };
}
