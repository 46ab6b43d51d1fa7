// Throw-away Redis servers for suites: one, three masters of a cluster, or one with sentinels. Everything they have lies in one
// temporary directory, they listen on 127.0.0.1 only, and they end with the process that started them.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";

const startTimeoutMs = 15_000;

export interface ThrowAwayRedis {
  readonly url: string;
  readonly port: number;
  /** Of the running server, null while it is stopped. */
  readonly pid: number | null;
  /** Ends it as a power cut would: it keeps nothing. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** Sends one command and answers what comes back, as it is written on the wire. */
  command(...words: readonly string[]): Promise<string>;
  dispose(): Promise<void>;
}

export class RedisMissing extends Error {}

/** Throws RedisMissing where there is none: in CI that is a failure, elsewhere suites say what they leave out. */
export function requireRedis(program = "redis-server"): void {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
  } catch (cause) {
    throw new RedisMissing(`There is no ${program} here: \`apt-get install redis-server redis-sentinel\``, { cause });
  }
}

export function hasRedis(): boolean {
  try {
    requireRedis();
    return true;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    process.stderr.write(`Redis is left out: ${String(error)}\n`);
    return false;
  }
}

export async function startRedis(options: readonly string[] = []): Promise<ThrowAwayRedis> {
  requireRedis();
  const server = new Server("redis-server", await findRedisPort(), options);
  await server.start();
  return server;
}

export interface ThrowAwayCluster {
  readonly url: string;
  readonly nodes: readonly ThrowAwayRedis[];
  dispose(): Promise<void>;
}

export async function startRedisCluster(): Promise<ThrowAwayCluster> {
  const options = ["--cluster-enabled", "yes", "--cluster-node-timeout", "2000"];
  const nodes = await Promise.all([0, 1, 2].map(() => startRedis(options)));
  const dispose = async (): Promise<void> => void (await Promise.all(nodes.map((node) => node.dispose())));
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    execFileSync("redis-cli", ["--cluster", "create", ...addresses, "--cluster-yes"], { stdio: "ignore" });
    await Promise.all(nodes.map(untilClusterIsUp));
    return { url: `redis+cluster://${addresses.join(",")}`, nodes, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function untilClusterIsUp(node: ThrowAwayRedis): Promise<void> {
  await until(async () => (await node.command("CLUSTER", "INFO")).includes("cluster_state:ok"));
}

export interface ThrowAwaySentinels {
  readonly url: string;
  readonly servers: readonly ThrowAwayRedis[];
  /** Makes the replica the master, as an operator would. */
  failOver(): Promise<void>;
  dispose(): Promise<void>;
}

const masterName = "throw-away";

/** A master, its replica, and three sentinels that watch them. */
export async function startRedisSentinels(): Promise<ThrowAwaySentinels> {
  const fast = ["--repl-diskless-sync-delay", "0"];
  const master = await startRedis(fast);
  const replica = await startRedis([...fast, "--replicaof", `127.0.0.1 ${master.port}`]);
  const sentinels = await Promise.all([0, 1, 2].map(() => startSentinel(master.port)));
  const all = [...sentinels, replica, master];
  const ask = (...words: readonly string[]) => sentinels[0]?.command("SENTINEL", ...words, masterName) ?? "";
  await until(async () => (await replica.command("INFO", "replication")).includes("master_link_status:up"));
  await until(async () => /num-other-sentinels\r\n\$1\r\n2\r\n/.test(await ask("MASTER")));
  await until(async () => /num-slaves\r\n\$1\r\n1\r\n/.test(await ask("MASTER")));
  return {
    url: `redis+sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${masterName}`,
    servers: [master, replica],
    failOver: async () => void (await ask("FAILOVER")),
    dispose: async () => void (await Promise.all(all.map((one) => one.dispose()))),
  };
}

async function startSentinel(masterPort: number): Promise<ThrowAwayRedis> {
  const file = join(mkdtempSync(join(tmpdir(), "ghostllm-sentinel-")), "sentinel.conf");
  const watch = [`monitor ${masterName} 127.0.0.1 ${masterPort} 2`, `down-after-milliseconds ${masterName} 1000`];
  const lines = [...watch, `failover-timeout ${masterName} 5000`].map((line) => `sentinel ${line}`);
  writeFileSync(file, `${lines.join("\n")}\n`);
  const sentinel = new Server("redis-sentinel", await findRedisPort(), [], file);
  await sentinel.start();
  return sentinel;
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const deadline = performance.now() + startTimeoutMs; performance.now() < deadline; await sleep(50)) {
    if (await isSo()) return;
  }
  throw new Error("Redis does not come up");
}

/** Runs the server, says which process it is, and kills it when nobody holds the other end of its input: however we end. */
const watched = '"$@" </dev/null >/dev/null 2>&1 & echo $!; cat >/dev/null; kill -9 $!; wait';

class Server implements ThrowAwayRedis {
  readonly port: number;
  readonly #directory = mkdtempSync(join(tmpdir(), "ghostllm-redis-"));
  readonly #program: string;
  readonly #options: readonly string[];
  /** Of a sentinel, which writes into it what it learns. */
  readonly #file: string | null;
  /** The shell that watches it. */
  #child: ChildProcess | null = null;
  #pid: number | null = null;

  constructor(program: string, port: number, options: readonly string[], file: string | null = null) {
    this.#file = file;
    this.#program = program;
    this.port = port;
    this.#options = options;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number | null {
    return this.#pid;
  }

  async start(): Promise<void> {
    const place = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.#directory];
    const forgetful = ["--save", "", "--appendonly", "no", "--loglevel", "warning"];
    const how = this.#file === null ? [...place, ...forgetful, ...this.#options] : [this.#file, ...place];
    const child = spawn("/bin/sh", ["-c", watched, "sh", this.#program, ...how], { stdio: ["pipe", "pipe", "ignore"] });
    this.#child = child;
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    this.#pid = Number(line.toString());
    for (const deadline = performance.now() + startTimeoutMs; performance.now() < deadline; await sleep(20)) {
      if ((await this.command("PING").catch(() => "")).startsWith("+PONG")) return;
    }
    throw new Error(`${this.#program} does not start`);
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#pid !== null) process.kill(this.#pid, signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#pid = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.stdin?.end();
    await ended;
  }

  command(...words: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = createConnection(this.port, "127.0.0.1");
      let answer = "";
      socket.setTimeout(2_000, () => socket.destroy(new Error("no answer")));
      socket.setEncoding("utf8").on("data", (text: string) => {
        answer += text;
        // Answers of the commands used here come whole, and end as lines do.
        if (answer.endsWith("\r\n")) socket.end();
      });
      socket.on("error", reject).on("close", () => resolve(answer));
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`);
    });
  }

  async dispose(): Promise<void> {
    await this.kill();
    for (const directory of [this.#directory, ...(this.#file === null ? [] : [dirname(this.#file)])])
      rmSync(directory, { recursive: true, force: true });
  }
}

async function findRedisPort(): Promise<number> {
  for (;;) {
    const port = await findFreePort();
    // Nodes of a cluster listen 10,000 ports higher as well.
    if (port < 55_000) return port;
  }
}
