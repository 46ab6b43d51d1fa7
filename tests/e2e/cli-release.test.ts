// The npm package as it is published: built, and run where only its npm dependencies are at hand.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
let directory: string;
let release: string;
const servers: ChildProcess[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ghostllm-release-"));
  release = join(directory, "package");
  await run(process.execPath, [join(root, "tools/build-cli.ts"), "--out", release]);
  await symlink(join(root, "node_modules"), join(directory, "node_modules"));
});
afterAll(async () => {
  for (const server of servers) server.kill("SIGKILL");
  await rm(directory, { recursive: true, force: true });
});

it("holds no TypeScript, no workspace and no path of this machine", async () => {
  const files = await readdir(join(release, "lib"));
  expect(files).toEqual(
    expect.arrayContaining([
      "main.js",
      "sqlite-worker.js",
      "tokenizer-worker.js",
      "heavy-thread.js",
      "worker-thread.js",
    ]),
  );
  for (const file of files) {
    const text = await readFile(join(release, "lib", file), "utf8");
    expect(text).not.toMatch(/from "@ghostllm\/|import\("@ghostllm\/|\.ts", import\.meta\.url/);
    expect(text).not.toContain(root);
  }
});

it("depends on what it imports, in published versions", async () => {
  const manifest = JSON.parse(await readFile(join(release, "package.json"), "utf8")) as {
    bin: Record<string, string>;
    dependencies: Record<string, string>;
  };
  expect(manifest.bin).toEqual({ ghostllm: "bin/ghostllm.cjs" });
  expect(Object.keys(manifest.dependencies)).toEqual(expect.arrayContaining(["better-sqlite3", "fastify", "zod"]));
  expect(Object.keys(manifest.dependencies).filter((name) => name.startsWith("@ghostllm/"))).toEqual([]);
  expect(Object.values(manifest.dependencies)).not.toContain("*");
});

it.each([
  { name: "one thread", workers: "1", threads: undefined },
  { name: "two workers", workers: "2", threads: 2 },
])("serves with $name, and finds itself well", async ({ workers, threads }) => {
  const launcher = join(release, "bin/ghostllm.cjs");
  const options = {
    cwd: directory,
    env: { PATH: process.env["PATH"], HOME: directory, SERVER_PORT: "0", GHOSTLLM_DETECT_OLLAMA: "false" },
  };
  const server = spawn(process.execPath, [launcher, "serve", "--workers", workers], options);
  servers.push(server);
  const exited = new Promise<number | null>((resolve) => server.once("exit", resolve));
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let text = "";
      const read = (chunk: Buffer): void => {
        text += chunk.toString();
        const address = /serves on (http:\S+)/.exec(text)?.[1];
        if (address !== undefined) resolve(address);
      };
      server.stdout.on("data", read);
      server.stderr.on("data", read);
      server.once("exit", () => reject(new Error(`serve ended: ${text}`)));
    });
    const { stdout } = await run(process.execPath, [launcher, "test", "--url", url], options);
    expect(stdout).toMatch(/^ok +round trip +demo\/demo answered/m);
    const status = (await (await fetch(`${url}/status`)).json()) as { readonly workers?: readonly unknown[] };
    expect(status.workers?.length).toBe(threads);
    expect((await fetch(`${url}/docs/static/swagger-ui-bundle.js`)).status).toBe(200);
    const page = await (await fetch(`${url}/console/`)).text();
    const script = /<script type="module"[^>]* src="\.\/(assets\/[^"]+)"/.exec(page)?.[1] ?? "none";
    expect((await fetch(`${url}/console/${script}`)).status).toBe(200);
  } finally {
    server.kill("SIGTERM");
  }
  expect(await exited).toBe(0);
});
