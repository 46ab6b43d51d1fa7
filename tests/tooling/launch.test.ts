import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, delimiter, join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const lock = '{ "packages": { "node_modules/left": { "version": "1.0.0" } } }';

/** Stands for the server: says what it was started with, and then, when asked, waits for signals. */
const task = `
console.log(JSON.stringify({ args: process.argv.slice(2), node: process.execPath, path: process.env.PATH }));
if (process.argv.includes("--wait")) {
  let seen = 0;
  const timer = setTimeout(() => {}, 20000);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {
    console.log(signal, ++seen);
    setTimeout(() => { clearTimeout(timer); process.exit(process.argv.includes("--code") ? 7 : 0); }, 300);
  });
  console.log("ready");
} else if (process.argv.includes("--code")) process.exit(7);
else if (process.argv.includes("--die")) process.kill(process.pid, "SIGKILL");
`;

/** Stands for npm: notes each call, and makes node_modules after a while. */
const npm = `#!/bin/sh
echo "$@" >> calls
if [ -f npm-fails ]; then echo "npm says why"; exit 1; fi
sleep 0.5
mkdir -p node_modules
`;

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ghostllm-launch-"));
  for (const directory of ["tools", "bin", "apps/server/src"]) mkdirSync(join(root, directory), { recursive: true });
  for (const file of ["tools/launch.cjs", "apps/cli/bin/memory-of-buffers.json"]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    copyFileSync(resolve(import.meta.dirname, "../..", file), join(root, file));
  }
  writeFileSync(join(root, "package-lock.json"), lock);
  writeFileSync(join(root, "apps/server/src/main.ts"), task);
  writeFileSync(join(root, "bin/npm"), npm);
  chmodSync(join(root, "bin/npm"), 0o755);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

function writeStamp(): void {
  mkdirSync(join(root, "node_modules"), { recursive: true });
  const stamp = createHash("sha256").update(`${process.platform}-${process.arch}\n${lock}`).digest("hex");
  writeFileSync(join(root, "node_modules/.ghostllm-lock"), stamp);
}

function launch(args: readonly string[], nodeFlags: readonly string[] = []): ChildProcess {
  const { npm_execpath: _, ...environment } = process.env;
  const path = [join(root, "bin"), environment["PATH"]].join(delimiter);
  return spawn(process.execPath, [...nodeFlags, join(root, "tools/launch.cjs"), ...args], {
    cwd: root,
    env: { ...environment, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

async function untilEnd(child: ChildProcess): Promise<Ended> {
  if (child.stdout === null || child.stderr === null) throw new Error("the launcher's output is not piped");
  const ended = new Promise<readonly [number | null, NodeJS.Signals | null]>((done) =>
    child.once("close", (code, signal) => done([code, signal])),
  );
  const [out, err, [code, signal]] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, signal, out, err };
}

const run = (...args: readonly string[]): Promise<Ended> => untilEnd(launch(args));
const isStamped = (): boolean => existsSync(join(root, "node_modules/.ghostllm-lock"));
const npmCalls = (): string[] =>
  existsSync(join(root, "calls")) ? readFileSync(join(root, "calls"), "utf8").trim().split("\n") : [];

async function untilOutput(child: ChildProcess, word: string): Promise<void> {
  let seen = "";
  await new Promise<void>((done) =>
    child.stdout?.on("data", (chunk: Buffer) => {
      seen += chunk.toString();
      if (seen.includes(word)) done();
    }),
  );
}

describe("handing over", () => {
  beforeEach(writeStamp);

  it("passes arguments on, and puts Node and the tools in front of PATH", async () => {
    const { code, out } = await run("start", "--port", "0", "a b");
    const said = JSON.parse(out) as { args: string[]; node: string; path: string };
    expect(code).toBe(0);
    expect(said.args).toEqual(["--port", "0", "a b"]);
    expect(said.path.split(delimiter).slice(1, 2)).toEqual([join(root, "node_modules/.bin")]);
    expect(npmCalls()).toEqual([]);
  });

  it.each([["nothing"], ["constructor"], []])(
    "refuses the task %s and lists those there are",
    async (...args: string[]) => {
      const { code, err } = await run(...args);
      expect(code).toBe(1);
      expect(err).toMatch(/Usage: .*<start\|dev\|.*\|check\|/);
    },
  );

  it("ends with the code and the signal of the task", async () => {
    expect(await run("start", "--code")).toMatchObject({ code: 7, signal: null });
    expect(await run("start", "--die")).toMatchObject({ code: null, signal: "SIGKILL" });
  });

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("passes %s on once and waits for the task", async (signal) => {
    const child = launch(["start", "--wait", "--code"]);
    const ended = untilEnd(child);
    await untilOutput(child, "ready");
    child.kill(signal);
    await delay(50);
    child.kill(signal);
    const { code, out } = await ended;
    expect(code).toBe(7);
    expect(out.match(/SIG\w+ \d/g)).toEqual([`${signal} 1`]);
  });
});

it.skipIf(process.platform === "win32")("ends the task when the shell that npm put above it is killed", async () => {
  writeStamp();
  const script = `"${process.execPath}" tools/launch.cjs start --wait; true`;
  const environment = { ...process.env, npm_lifecycle_event: "start" };
  const shell = spawn("sh", ["-c", script], { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const ended = untilEnd(shell);
  await untilOutput(shell, "ready");
  shell.kill("SIGTERM");
  // The output ends only when the last process that writes to it has ended.
  expect((await ended).out).toContain("SIGTERM 1");
});

describe("on an old Node", () => {
  const pretendOld = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.19.0' } });";

  beforeEach(() => {
    writeStamp();
    writeFileSync(join(root, "old.cjs"), pretendOld);
  });

  it("takes the Node that npm installed", async () => {
    const installed = join(root, "node_modules", `node-${process.platform}-${process.arch}`, "bin");
    mkdirSync(installed, { recursive: true });
    symlinkSync(process.execPath, join(installed, "node"));
    const { out } = await untilEnd(launch(["start"], ["--require", join(root, "old.cjs")]));
    expect((JSON.parse(out) as { path: string }).path.split(delimiter)[0]).toBe(installed);
  });

  it("says what to install where npm has none", async () => {
    const { code, err } = await untilEnd(launch(["start"], ["--require", join(root, "old.cjs")]));
    expect(code).toBe(1);
    expect(err).toMatch(/needs Node 24 or later/);
  });
});

describe("installing", () => {
  it("runs npm ci once, and again when the lock file changes", async () => {
    expect(await run("start")).toMatchObject({ code: 0, err: "ghostllm: installing dependencies (npm ci) ...\n" });
    expect(await run("start")).toMatchObject({ code: 0, err: "" });
    expect(npmCalls()).toEqual([expect.stringMatching(/^ci --ignore-scripts .*--include=dev --include=optional/)]);
    writeFileSync(join(root, "package-lock.json"), `${lock}\n`);
    await run("start");
    expect(npmCalls()).toHaveLength(2);
  });

  it("accepts an install made by hand when every version is right", async () => {
    mkdirSync(join(root, "node_modules"));
    writeFileSync(join(root, "node_modules/.package-lock.json"), lock);
    await run("start");
    expect(npmCalls()).toEqual([]);
    rmSync(join(root, "node_modules/.ghostllm-lock"));
    writeFileSync(join(root, "node_modules/.package-lock.json"), lock.replace("1.0.0", "0.9.0"));
    await run("start");
    expect(npmCalls()).toHaveLength(1);
  });

  it("shows npm's output when it fails, and starts nothing", async () => {
    writeFileSync(join(root, "npm-fails"), "");
    const { code, out, err } = await run("start");
    expect(code).toBe(1);
    expect(err).toMatch(/npm says why[^]*`npm ci` failed/);
    expect(out).toBe("");
    expect(isStamped()).toBe(false);
    expect(existsSync(join(root, ".install-lock"))).toBe(false);
  });

  it("lets one of two install while the other waits", async () => {
    const both = await Promise.all([run("start"), run("start")]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(npmCalls()).toHaveLength(1);
  });

  it("takes over the lock of a process that is gone", async () => {
    mkdirSync(join(root, ".install-lock"));
    writeFileSync(join(root, ".install-lock/pid"), "4194303");
    expect(await run("start")).toMatchObject({ code: 0 });
    expect(npmCalls()).toHaveLength(1);
    expect(existsSync(join(root, ".install-lock"))).toBe(false);
  });

  it("leaves nothing half done behind when it is interrupted", async () => {
    const child = launch(["start"]);
    const ended = untilEnd(child);
    while (npmCalls().length === 0) await delay(20);
    child.kill("SIGTERM");
    expect(await ended).toMatchObject({ signal: "SIGTERM", out: "" });
    expect(isStamped()).toBe(false);
    expect(existsSync(join(root, ".install-lock"))).toBe(false);
  });
});
