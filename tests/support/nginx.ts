// nginx as a process of a suite's own, with whatever it is to serve. Invariant: it ends with the suite.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { findFreePort } from "../../tools/free-port.ts";

const places = ["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/bin/nginx", "/opt/homebrew/bin/nginx"];
const patienceMs = 10_000;
/** Nothing tells when new workers have taken over. */
const reloadMs = 1_000;

/** The path of nginx; null where there is none. */
export function findNginx(): string | null {
  return places.find((place) => existsSync(place)) ?? null;
}

export interface RunningNginx {
  readonly url: string;
  /** Goes on by another configuration, as `nginx -s reload` does; what runs ends by the old one. */
  reload(configure: (listen: string) => string): Promise<void>;
  stop(): Promise<void>;
}

/** `configure` answers what stands in its `http` block. It answers below `path` of its URL when this resolves. */
export async function runNginx(
  program: string,
  configure: (listen: string) => string,
  path = "",
): Promise<RunningNginx> {
  const folder = mkdtempSync(join(tmpdir(), "ghostllm-nginx-"));
  const listen = `127.0.0.1:${await findFreePort()}`;
  const configuration = join(folder, "nginx.conf");
  writeFileSync(configuration, wrap(folder, configure(listen)));
  const child = spawn(program, ["-p", folder, "-c", configuration], { stdio: ["ignore", "ignore", "inherit"] });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGQUIT");
    const force = setTimeout(() => child.kill("SIGKILL"), patienceMs);
    await ended;
    clearTimeout(force);
    rmSync(folder, { recursive: true, force: true });
  };
  const reload = async (changed: (listen: string) => string): Promise<void> => {
    writeFileSync(configuration, wrap(folder, changed(listen)));
    child.kill("SIGHUP");
    await sleep(reloadMs);
  };
  const url = `http://${listen}${path}`;
  try {
    await untilReady(child, url);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, reload, stop };
}

async function untilReady(child: ChildProcess, url: string): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`nginx ended with ${child.exitCode}`);
    const answer = await fetch(`${url}/health/live`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok === true) return;
    await sleep(50);
  }
  throw new Error("nginx does not answer");
}

function wrap(folder: string, http: string): string {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `
daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log stderr error; ${process.getuid?.() === 0 ? "user root;" : ""}
events { worker_connections 4096; }
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join(" ")}
  ${http}
}
`;
}
