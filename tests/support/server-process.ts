// The server as its users run it: a process of its own, on any free port, over a data directory of the test's own.
// Called by what runs outside of vitest, and through server.ts by the suites. Invariant: no server outlives the process
// that started it, however that ends.

import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import memoryOfBuffers from "../../apps/cli/bin/memory-of-buffers.json" with { type: "json" };
import { type Client, createClient } from "@ghostllm/contract/client";
import { compileCache } from "./compile-cache.ts";

const thisTree = fileURLToPath(new URL("../../", import.meta.url));

export interface ServerOptions {
  /** Null or absent: the embedded database in the data directory. */
  readonly databaseUrl?: string | null;
  /** One that outlives this server; without it a fresh one that goes with the server. */
  readonly dataDir?: string;
  /** Of a vendor, without a path: becomes OPENAI_BASE_URL. */
  readonly upstreamUrl?: string;
  /** Added to the usual variables, or in place of them; undefined takes one away. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Run by something that takes a command, such as `["setpriv", "--bounding-set=-all"]`. */
  readonly runBy?: readonly string[];
  /** Nobody reads what it writes to standard error. */
  readonly isStderrUnread?: boolean;
  /** The source tree that is run; this one unless told. */
  readonly tree?: string;
  /** With descriptor 0 closed, as some service managers leave it. */
  readonly withoutStdin?: boolean;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServerProcess {
  readonly pid: number;
  readonly adminKey: string;
  readonly dataDir: string;
  /** What it wrote until now. */
  readonly stdout: string;
  readonly stderr: string;
  readonly hasExited: boolean;
  /** Known once the banner is there. */
  readonly url: string;
  readonly exit: Promise<Exit>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it as an operator would, and removes a data directory of its own. */
  stop(): Promise<Exit>;
  /** Ends it as a crash would; `kill -9`. The data directory stays. */
  kill(): Promise<Exit>;
}

export interface ReadyServer extends ServerProcess {
  readonly admin: Client;
}

const readyPatienceMs = 120_000;
const stopPatienceMs = 45_000;

/** Resolves when the server takes requests; rejects with what it wrote when it ends before. */
export async function startServer(options: ServerOptions = {}): Promise<ReadyServer> {
  const server = spawnServer(options);
  try {
    await untilReady(server);
  } catch (error) {
    await server.kill();
    throw error;
  }
  return Object.assign(server, { admin: createClient({ baseUrl: server.url, apiKey: server.adminKey }) });
}

const started = new Set<ChildProcess>();

export function killStartedServers(): void {
  for (const child of started) child.kill("SIGKILL");
}

/** Starts it and waits for nothing: for starts that are to fail. */
export function spawnServer(options: ServerOptions = {}): ServerProcess {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), "ghostllm-server-"));
  const adminKey = `admin-${randomBytes(16).toString("hex")}`;
  const main = join(options.tree ?? thisTree, "apps/server/src/main.ts");
  const command = [process.execPath, "--disable-warning=ExperimentalWarning", "--max-semi-space-size=16", main];
  const shell = options.withoutStdin === true ? ["/bin/sh", "-c", 'exec "$@" <&-', "sh"] : [];
  const [program = "", ...parameters] = [...(options.runBy ?? []), ...shell, ...command];
  const child = spawn(program, parameters, {
    stdio: ["ignore", "pipe", "pipe"],
    env: environmentOf(options, dataDir, adminKey),
  });
  started.add(child);
  child.once("exit", () => started.delete(child));
  return new RunningServer({ ...options, child, dataDir, adminKey, ownsDataDir: options.dataDir === undefined });
}

function environmentOf(options: ServerOptions, dataDir: string, adminKey: string): NodeJS.ProcessEnv {
  const { databaseUrl = null, upstreamUrl, environment = {} } = options;
  return {
    PATH: process.env["PATH"],
    ...memoryOfBuffers,
    ...compileCache,
    HOME: dataDir,
    SERVER_HOST: "127.0.0.1",
    SERVER_PORT: "0",
    GHOSTLLM_DATA_DIR: dataDir,
    GHOSTLLM_DETECT_OLLAMA: "false",
    ADMIN_API_KEY: adminKey,
    LOG_LEVEL: "warn",
    ...(databaseUrl !== null && { DATABASE_URL: databaseUrl }),
    ...workersOfTests(),
    ...(upstreamUrl !== undefined && { OPENAI_API_KEY: "sk-of-the-operator", OPENAI_BASE_URL: `${upstreamUrl}/v1` }),
    ...environment,
  };
}

/** `TEST_WORKERS=2 npm test -- PATH` shows what holds with workers as well. */
export function workersOfTests(): NodeJS.ProcessEnv {
  const { TEST_WORKERS: workers } = process.env;
  return workers === undefined ? {} : { SERVER_WORKERS: workers };
}

async function untilReady(server: ServerProcess): Promise<void> {
  const deadline = performance.now() + readyPatienceMs;
  while (performance.now() < deadline) {
    if (server.hasExited) throw new Error(`the server ended: ${JSON.stringify(await server.exit)}\n${server.stderr}`);
    if (server.url !== "" && (await isReady(server.url))) return;
    await sleep(20);
  }
  throw new Error(`the server is not ready after ${readyPatienceMs} ms\n${server.stdout}\n${server.stderr}`);
}

async function isReady(url: string): Promise<boolean> {
  const response = await fetch(`${url}/health/ready`).catch(() => null);
  await response?.arrayBuffer();
  return response?.ok === true;
}

interface RunningServerParts extends Pick<ServerOptions, "isStderrUnread"> {
  readonly child: ChildProcess;
  readonly dataDir: string;
  readonly adminKey: string;
  readonly ownsDataDir: boolean;
}

class RunningServer implements ServerProcess {
  readonly dataDir: string;
  readonly adminKey: string;
  readonly exit: Promise<Exit>;
  stdout = "";
  stderr = "";
  hasExited = false;
  readonly #child: ChildProcess;
  readonly #ownsDataDir: boolean;

  constructor({ child, dataDir, adminKey, ownsDataDir, isStderrUnread = false }: RunningServerParts) {
    this.dataDir = dataDir;
    this.adminKey = adminKey;
    this.#child = child;
    this.#ownsDataDir = ownsDataDir;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    if (!isStderrUnread) child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    const killWithUs = (): boolean => child.kill("SIGKILL");
    process.once("exit", killWithUs);
    this.exit = new Promise((resolve, reject) => {
      child.once("error", reject);
      // "close" comes when all its output has been read, too.
      child.once("close", (code, signal) => {
        this.hasExited = true;
        process.removeListener("exit", killWithUs);
        resolve({ code, signal });
      });
    });
    this.exit.catch(() => undefined);
  }

  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("the server has not been started");
    return this.#child.pid;
  }

  get url(): string {
    return /serves on (https?:\/\/\S+)\n/.exec(this.stdout)?.[1] ?? "";
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<Exit> {
    if (!this.hasExited) this.signal("SIGTERM");
    const force = setTimeout(() => this.signal("SIGKILL"), stopPatienceMs);
    const exit = await this.exit;
    clearTimeout(force);
    if (this.#ownsDataDir) rmSync(this.dataDir, { recursive: true, force: true });
    return exit;
  }

  async kill(): Promise<Exit> {
    this.signal("SIGKILL");
    return this.exit;
  }
}
