// Open WebUI is no dependency of the project: it is installed when it is asked for, from PyPI, into a virtual environment in
// node_modules. It runs without PyTorch, which only models of its own would need, so that is left out.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

const version = "0.12.4";
const installer = "uv==0.13.9";
const folder = resolve(import.meta.dirname, `../../node_modules/.cache/open-webui-${version}`);

function run(program: string, ...parameters: readonly string[]): string | null {
  const { status, error, stderr } = spawnSync(program, parameters, { encoding: "utf8", maxBuffer: 2 ** 26 });
  if (status === 0) return null;
  return `${program} ${parameters.join(" ")}: ${error?.message ?? stderr.trim().split("\n").at(-1)}`;
}

/** The program. Throws where it cannot be had. */
function install(): string {
  const program = join(folder, "bin/open-webui");
  if (existsSync(join(folder, "installed"))) return program;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  console.error(`openwebui: installing open-webui ${version} ...`);
  const [python, overrides] = [join(folder, "bin/python"), join(folder, "overrides.txt")];
  const fault =
    run("python3", "-m", "venv", folder) ??
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", installer);
  if (fault !== null) throw new Error(fault);
  writeFileSync(overrides, "torch ; sys_platform == 'never'\n");
  const uv = ["pip", "install", "--python", python, "--override", overrides, `open-webui==${version}`];
  const failed = run(join(folder, "bin/uv"), ...uv) ?? run("touch", join(folder, "installed"));
  if (failed !== null) throw new Error(failed);
  return program;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
}

export interface OpenWebUi {
  readonly url: string;
  stop(): Promise<void>;
}

/** With the base URL and the key of an OpenAI-compatible server for chats and for embeddings. */
export async function startOpenWebUi(baseUrl: string, key: string): Promise<OpenWebUi> {
  const program = install();
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-open-webui-"));
  const port = await freePort();
  const environment = {
    ...{ PATH: process.env["PATH"], HOME: directory, DATA_DIR: directory, WEBUI_SECRET_KEY: "for-this-test-alone" },
    ...{ OFFLINE_MODE: "true", HF_HUB_OFFLINE: "1", ANONYMIZED_TELEMETRY: "false", ENABLE_OLLAMA_API: "false" },
    ...{ OPENAI_API_BASE_URL: baseUrl, OPENAI_API_KEY: key, ENABLE_FORWARD_USER_INFO_HEADERS: "true" },
    ...{ RAG_EMBEDDING_ENGINE: "openai", RAG_EMBEDDING_MODEL: "text-embedding-3-small" },
    ...{ RAG_OPENAI_API_BASE_URL: baseUrl, RAG_OPENAI_API_KEY: key },
  };
  const child: ChildProcess = spawn(program, ["serve", "--host", "127.0.0.1", "--port", String(port)], {
    env: environment,
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (text: Buffer) => (said = (said + text).slice(-4_000)));
  const ended = new Promise<void>((resolved) => child.once("exit", () => resolved()));
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    const hard = setTimeout(() => child.kill("SIGKILL"), 5_000);
    await ended;
    clearTimeout(hard);
    rmSync(directory, { recursive: true, force: true });
  };
  const deadline = performance.now() + 120_000;
  for (;;) {
    const isUp = await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return { url, stop };
    if (performance.now() > deadline || child.exitCode !== null) {
      await stop();
      throw new Error(`Open WebUI did not start: ${said}`);
    }
    await sleep(300);
  }
}
