// `npm run demo` as a process of its own, with the console: it has a past and traffic, so that every page has something to show.

import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { createClient } from "@ghostllm/contract/client";
import type { Client } from "@ghostllm/contract/client";
import { buildConsole } from "./built-console.ts";

const root = resolve(import.meta.dirname, "../../..");
const startMs = 120_000;

export interface RunningDemo {
  readonly url: string;
  readonly email: string;
  readonly password: string;
  readonly admin: Client;
  close(): Promise<void>;
}

export async function startDemo(): Promise<RunningDemo> {
  const built = buildConsole();
  const args = ["--disable-warning=ExperimentalWarning", "tools/demo.ts", "--port", "0", "--rate", "4"];
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, GHOSTLLM_CONSOLE_DIR: built.directory },
  });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  const close = async (): Promise<void> => {
    child.kill("SIGTERM");
    await ended;
    built.remove();
  };
  try {
    const told = await untilTold(child.stdout, ended);
    const [url, email, password] = [/serves on (\S+)/, /Admin +(\S+)/, /Password +(\S+)/].map(
      (pattern) => pattern.exec(told)?.[1] ?? "",
    );
    const stranger = createClient({ baseUrl: url ?? "", apiKey: null });
    const { token } = await stranger.sessions.create({ body: { email: email ?? "", password: password ?? "" } });
    const admin = createClient({ baseUrl: url ?? "", apiKey: token });
    return { url: url ?? "", email: email ?? "", password: password ?? "", admin, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What it prints when it serves. */
function untilTold(stdout: NodeJS.ReadableStream, ended: Promise<void>): Promise<string> {
  let text = "";
  return new Promise((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`the demo does not serve: ${text}`)), startMs);
    stdout.setEncoding("utf8");
    stdout.on("data", (chunk: string) => {
      text += chunk;
      if (!text.includes("Ctrl-C")) return;
      clearTimeout(timer);
      done(text);
    });
    void ended.then(() => fail(new Error(`the demo has ended: ${text}`)));
  });
}
