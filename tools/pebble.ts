// A throw-away authority for suites: Let's Encrypt's own test server (pebble) with a DNS of its own, in which every name leads to
// 127.0.0.1. Both listen on 127.0.0.1 only, and end with the process that started them.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "./free-port.ts";

const startTimeoutMs = 15_000;

export interface PebbleOptions {
  /** Where it looks whose a name is. */
  readonly httpPort: number;
  /** Of the certificates that it issues. */
  readonly lifeSeconds?: number;
  /** Key ids and keys of accounts that exist elsewhere: without one of them nobody gets an account. */
  readonly externalAccounts?: Readonly<Record<string, string>>;
  /** Names for which it issues nothing. */
  readonly blocked?: readonly string[];
  /** Its own, towards those who ask it, in PEM. */
  readonly certificate: { readonly cert: string; readonly key: string };
}

export interface ThrowAwayPebble {
  readonly directoryUrl: string;
  readonly port: number;
  /** By which what it issues is trusted, in PEM. Another one after each start. */
  root(): Promise<string>;
  /** It keeps nothing. */
  stop(): void;
  /** Again, on the same port. */
  start(): Promise<void>;
  dispose(): void;
}

export function hasPebble(): boolean {
  try {
    execFileSync("pebble", ["-h"], { stdio: "ignore" });
    return true;
  } catch (error) {
    if (process.env["CI"] === "true") throw error;
    process.stderr.write("what needs an authority is left out: `apt-get install pebble`\n");
    return false;
  }
}

export async function startPebble(options: PebbleOptions): Promise<ThrowAwayPebble> {
  const [port, managementPort, dnsPort, dnsManagementPort] = await Promise.all([1, 2, 3, 4].map(() => findFreePort()));
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-pebble-"));
  const write = (name: string, content: string): string => {
    writeFileSync(join(directory, name), content);
    return join(directory, name);
  };
  const config = write("config.json", configOf(options, { port, managementPort, write }));
  const dns = `127.0.0.1:${dnsPort}`;
  const none = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""];
  const resolver = run("pebble-challtestsrv", [
    ...none,
    "-dns01",
    dns,
    "-management",
    `127.0.0.1:${dnsManagementPort}`,
  ]);
  const pebble = new Pebble(["-config", config, "-dnsserver", dns], { port, managementPort });
  await pebble.start();
  return {
    directoryUrl: `https://127.0.0.1:${port}/dir`,
    port: port ?? 0,
    root: () => pebble.ask("/roots/0", true),
    stop: () => pebble.stop(),
    start: () => pebble.start(),
    dispose() {
      pebble.stop();
      resolver.kill("SIGKILL");
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface Place {
  readonly port: number | undefined;
  readonly managementPort: number | undefined;
}

function configOf(options: PebbleOptions, place: Place & { write(name: string, content: string): string }): string {
  const { httpPort, lifeSeconds, externalAccounts, blocked = [], certificate } = options;
  return JSON.stringify({
    pebble: {
      listenAddress: `127.0.0.1:${place.port}`,
      managementListenAddress: `127.0.0.1:${place.managementPort}`,
      certificate: place.write("cert.pem", certificate.cert),
      privateKey: place.write("key.pem", certificate.key),
      ...{ httpPort, tlsPort: 1, ocspResponderURL: "", domainBlocklist: blocked },
      externalAccountBindingRequired: externalAccounts !== undefined,
      ...(externalAccounts !== undefined && { externalAccountMACKeys: externalAccounts }),
      ...(lifeSeconds !== undefined && { certificateValidityPeriod: lifeSeconds }),
    },
  });
}

class Pebble {
  readonly #parameters: readonly string[];
  readonly #place: Place;
  #child: ChildProcess | null = null;

  constructor(parameters: readonly string[], place: Place) {
    this.#parameters = parameters;
    this.#place = place;
  }

  async start(): Promise<void> {
    this.#child = run("pebble", this.#parameters);
    const deadline = performance.now() + startTimeoutMs;
    while (performance.now() < deadline) {
      const answer = await this.ask("/dir").catch(() => null);
      if (answer !== null) return;
      await sleep(50);
    }
    this.stop();
    throw new Error("pebble does not answer");
  }

  stop(): void {
    this.#child?.kill("SIGKILL");
    this.#child = null;
  }

  ask(path: string, ofManagement = false): Promise<string> {
    const port = ofManagement ? this.#place.managementPort : this.#place.port;
    const agent = new Agent({ rejectUnauthorized: false });
    return new Promise((resolve, reject) => {
      const request = get(`https://127.0.0.1:${port}${path}`, { agent }, (answer) => void text(answer).then(resolve));
      request.on("error", reject);
    });
  }
}

/** At full speed: it would wait for some seconds before it looks at a name. */
function run(program: string, parameters: readonly string[]): ChildProcess {
  const environment = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_AUTHZREUSE: "0" };
  const child = spawn(program, parameters, { stdio: "ignore", env: environment });
  const killWithUs = (): boolean => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("exit", () => process.removeListener("exit", killWithUs));
  return child;
}
