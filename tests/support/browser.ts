// Chromium without a window, which opens one page and tells what the page's script made of it.

import { spawn } from "node:child_process";
import { accessSync, constants, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { text } from "node:stream/consumers";
import { build } from "esbuild";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const patienceMs = 60_000;

/** The path of the browser; null where there is none. */
export function findBrowser(): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => names.map((name) => join(folder, name)));
  return paths.find(isExecutable) ?? null;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

export interface Page {
  /** `http://localhost:PORT` */
  readonly origin: string;
  /** What the script hands to `report`, as JSON has it. */
  opened(browser: string): Promise<unknown>;
  close(): void;
}

/**
 * A page whose script is a module of TypeScript, bundled with what it imports. It calls `report(value)` once, which is all
 * that comes out of it; `given` is there as a value of that name.
 */
export async function servePage(script: string, given: (origin: string) => unknown): Promise<Page> {
  let resolveReport: (value: unknown) => void = () => {};
  const reported = new Promise((resolve) => (resolveReport = resolve));
  const prelude = 'const report = (value) => fetch("/report", { method: "POST", body: JSON.stringify(value) });';
  const bundle = await bundled(`${prelude}\ndeclare const given: any;\n${script}`);
  const server = createServer((request, response) => {
    if (request.url === "/report") {
      void text(request).then((body) => resolveReport(JSON.parse(body)));
      response.end();
    } else if (request.url === "/") {
      const value = JSON.stringify(given(origin)).replaceAll("<", "\\u003c");
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
      response.end(
        `<!doctype html><script>const given = ${value};</script><script type="module" src="/page.js"></script>`,
      );
    } else {
      response.writeHead(request.url === "/page.js" ? 200 : 404, { "content-type": "text/javascript" }).end(bundle);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    opened: (browser) => open(browser, origin, reported),
    close: () => server.close().closeAllConnections(),
  };
}

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: "ts", resolveDir: import.meta.dirname },
    bundle: true,
    format: "esm",
    platform: "browser",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}

async function open(browser: string, url: string, reported: Promise<unknown>): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), "ghostllm-browser-"));
  // Root may not have a sandbox, and containers have little shared memory.
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
  const child = spawn(browser, [...flags, `--user-data-dir=${profile}`, "--remote-debugging-port=0", url], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (said += chunk));
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`the page reported nothing in time; ${said.slice(-2_000)}`)), patienceMs);
    child.once("error", reject);
  });
  try {
    return await Promise.race([reported, late]);
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    await exited;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
