// A throw-away PostgreSQL: `npm test` offers one to all suites, fault tests import startPostgres for one of their own.
// Everything it has lies in one temporary directory, it listens on 127.0.0.1 only, and it ends with the process that started it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findPostgresBinaries } from "./postgres-binaries.ts";
import { findFreePort } from "./free-port.ts";

const user = "ghostllm";
const startTimeoutMs = 30_000;
const stopTimeoutMs = 20_000;

/** Who runs the server: PostgreSQL refuses root, so root steps down to somebody harmless. */
interface Account {
  readonly uid: number;
  readonly gid: number;
}

interface Place {
  readonly binaries: string;
  readonly directory: string;
  readonly account: Account | null;
  readonly port: number;
  readonly settings: PostgresSettings;
}

/** Of postgresql.conf, by name. */
export type PostgresSettings = Readonly<Record<string, string | number>>;

export interface ThrowAwayPostgres {
  /** Administrator's URL; databases may be created and dropped. It stays the same over stop and start. */
  readonly url: string;
  readonly port: number;
  /** Everything it has lies here. */
  readonly directory: string;
  /** Of the running server, null while it is stopped. */
  readonly pid: number | null;
  /** Ends the server as an operator would and keeps its data. */
  stop(): Promise<void>;
  /** Ends the server as a power cut would and keeps its data. */
  kill(): Promise<void>;
  /** Starts the stopped server again, on the same port and data. */
  start(): Promise<void>;
  restart(): Promise<void>;
  /** Another server that follows this one and may only be read from; null where there is no pg_basebackup to make it with. */
  replicate(): Promise<ThrowAwayPostgres | null>;
  /** Ends the server and removes all it had. */
  dispose(): Promise<void>;
}

function findAccount(): Account | null {
  if (process.getuid?.() !== 0) return null;
  const accounts = readFileSync("/etc/passwd", "utf8").split("\n");
  for (const name of ["postgres", "nobody"]) {
    const fields = accounts.find((line) => line.startsWith(`${name}:`))?.split(":");
    if (fields?.[2] !== undefined && fields[3] !== undefined) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  throw new Error("PostgreSQL does not run as root, and this machine has no user `postgres` or `nobody`.");
}

function makeDirectory(account: Account | null): string {
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-postgres-"));
  if (account !== null) chownSync(directory, account.uid, account.gid);
  return directory;
}

function environment(place: Place): NodeJS.ProcessEnv {
  return { PATH: `${place.binaries}:${process.env["PATH"] ?? ""}`, HOME: place.directory, LC_ALL: "C" };
}

function initialise(place: Place, password: string): void {
  const passwordFile = join(place.directory, "password");
  writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.account !== null) chownSync(passwordFile, place.account.uid, place.account.gid);
  const options = ["--no-sync", "--no-locale", "--encoding=UTF8", "--auth=scram-sha-256"];
  const target = ["-D", join(place.directory, "data"), `--username=${user}`, `--pwfile=${passwordFile}`];
  execFileSync(join(place.binaries, "initdb"), [...options, ...target], {
    cwd: place.directory,
    env: environment(place),
    stdio: ["ignore", "ignore", "pipe"],
    ...place.account,
  });
}

function spawnServer(place: Place): ChildProcess {
  const settings = {
    listen_addresses: "127.0.0.1",
    port: place.port,
    unix_socket_directories: place.directory,
    fsync: "off",
    synchronous_commit: "off",
    full_page_writes: "off",
    max_connections: 200,
    shared_buffers: "64MB",
    ...place.settings,
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return spawn(join(place.binaries, "postgres"), ["-D", join(place.directory, "data"), ...flags], {
    cwd: place.directory,
    env: environment(place),
    stdio: ["ignore", "ignore", "pipe"],
    ...place.account,
  });
}

/** Resolves when the server says that it takes connections; its log must be read on for as long as it lives. */
function untilReady(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let log = "";
    const fail = (what: string): void => reject(new Error(`PostgreSQL ${what}:\n${log.slice(-2000)}`));
    const timer = setTimeout(() => fail("was not ready in time"), startTimeoutMs);
    server.stderr?.on("data", (chunk: Buffer) => {
      log = (log + chunk.toString("utf8")).slice(-10_000);
      if (!/database system is ready to accept (read-only )?connections/.test(log)) return;
      clearTimeout(timer);
      resolve();
    });
    server.once("error", (error) => fail(`could not be run (${error.message})`));
    server.once("exit", (code) => {
      clearTimeout(timer);
      fail(`ended with code ${code}`);
    });
  });
}

function untilExit(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => server.kill("SIGKILL"), stopTimeoutMs);
    server.once("exit", () => {
      clearTimeout(force);
      resolve();
    });
    server.kill(signal);
  });
}

class RunningPostgres implements ThrowAwayPostgres {
  readonly url: string;
  readonly #place: Place;
  #server: ChildProcess | null = null;
  readonly #endWithProcess = (): void => {
    this.#server?.kill("SIGQUIT");
    rmSync(this.#place.directory, { recursive: true, force: true });
  };

  constructor(place: Place, password: string) {
    this.#place = place;
    this.url = `postgres://${user}:${password}@127.0.0.1:${place.port}/postgres`;
    process.once("exit", this.#endWithProcess);
  }

  get port(): number {
    return this.#place.port;
  }

  get directory(): string {
    return this.#place.directory;
  }

  get pid(): number | null {
    return this.#server?.pid ?? null;
  }

  async start(): Promise<void> {
    if (this.#server !== null) return;
    this.#server = spawnServer(this.#place);
    try {
      await untilReady(this.#server);
    } catch (error) {
      await this.#end("SIGQUIT");
      throw error;
    }
  }

  // SIGINT is PostgreSQL's fast shutdown: it ends open connections instead of waiting for them.
  stop(): Promise<void> {
    return this.#end("SIGINT");
  }

  // SIGQUIT is its crash: children end at once with nothing flushed. SIGKILL would leave them behind as orphans.
  kill(): Promise<void> {
    return this.#end("SIGQUIT");
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async replicate(): Promise<ThrowAwayPostgres | null> {
    const program = join(this.#place.binaries, "pg_basebackup");
    if (!existsSync(program)) return null;
    const { account } = this.#place;
    const place: Place = { ...this.#place, directory: makeDirectory(account), port: await findFreePort() };
    const { password } = new URL(this.url);
    const env = { ...environment(place), PGPASSWORD: password };
    const from = ["--host=127.0.0.1", `--port=${this.port}`, `--username=${user}`];
    const into = ["-D", join(place.directory, "data"), "--checkpoint=fast", "--no-sync", "--write-recovery-conf"];
    execFileSync(program, [...from, ...into], {
      cwd: place.directory,
      env,
      stdio: ["ignore", "ignore", "pipe"],
      ...account,
    });
    const replica = new RunningPostgres(place, password);
    await replica.start();
    return replica;
  }

  async dispose(): Promise<void> {
    await this.kill();
    process.removeListener("exit", this.#endWithProcess);
    rmSync(this.#place.directory, { recursive: true, force: true, maxRetries: 5 });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (server !== null) await untilExit(server, signal);
  }
}

export async function startPostgres(settings: PostgresSettings = {}): Promise<ThrowAwayPostgres> {
  const account = findAccount();
  const password = randomBytes(12).toString("hex");
  const place: Place = {
    binaries: findPostgresBinaries(),
    directory: makeDirectory(account),
    ...{ account, settings },
    port: await findFreePort(),
  };
  const postgres = new RunningPostgres(place, password);
  try {
    initialise(place, password);
    await postgres.start();
  } catch (error) {
    await postgres.dispose();
    throw error;
  }
  return postgres;
}
