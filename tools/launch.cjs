// The door of every npm script: `node tools/launch.cjs <task> [...arguments]`. Installs what is missing, finds Node 24 and
// hands the task over to it. Plain ES2019, because it must run on the old Node that a newcomer has.
// Invariant: with nothing to install it costs a few milliseconds, and the task never outlives it on a signal.
"use strict";

const { spawn } = require("child_process");
const { createHash } = require("crypto");
const fs = require("fs");
const os = require("os");
const path = require("path");
// For glibc, which reads it when a process starts: what is large goes back to the system as soon as it is free. Left to itself it
// learns to keep it, and a server that has once held many large requests stays as large as it was then. Each thread's own arena
// would keep what it has freed for itself.
const memoryOfBuffers = require("../apps/cli/bin/memory-of-buffers.json");

const root = path.resolve(__dirname, "..");
const neededMajor = 24;
// The young generation: with half of it, requests that run at the same time outlive its collections, and a small one costs a
// quarter more (docs/performance.md); with twice of it nothing is won.
const nodeFlags = ["--disable-warning=ExperimentalWarning", "--max-semi-space-size=16"];
const tasks = {
  start: { file: "apps/server/src/main.ts", flags: nodeFlags, buildsConsole: true },
  dev: {
    file: "apps/server/src/main.ts",
    flags: nodeFlags.concat("--watch", "--watch-preserve-output"),
    buildsConsole: true,
  },
  demo: { file: "tools/demo.ts", flags: nodeFlags, buildsConsole: true },
  ghostllm: { file: "apps/cli/src/main.ts", flags: nodeFlags },
  desktop: { file: "tools/desktop.ts", flags: nodeFlags, args: ["start"] },
  "desktop:build": { file: "tools/desktop.ts", flags: nodeFlags, args: ["package"] },
  test: { file: "tools/test.ts", flags: nodeFlags },
  "test:faults": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "faults"] },
  "test:console": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "console"] },
  "test:machines": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "machines"] },
  "test:outages": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "outages"] },
  "test:observability": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "observability"] },
  "test:backup": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "backup"] },
  "test:tls": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "tls"] },
  "test:e2e": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "e2e"] },
  "test:engines": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "engines"] },
  "test:security": { file: "tools/test.ts", flags: nodeFlags, args: ["--suite", "security"] },
  check: { file: "tools/check.ts", flags: nodeFlags },
  fix: { file: "tools/fix.ts", flags: nodeFlags },
  docs: { file: "tools/gen-docs.ts", flags: nodeFlags },
  bench: { file: "tests/bench/main.ts", flags: nodeFlags },
  "bench:gate": { file: "tests/bench/gate.ts", flags: nodeFlags },
  replay: { file: "tests/replay/main.ts", flags: nodeFlags },
  "test:agents": { file: "tests/agents/main.ts", flags: nodeFlags },
  "test:clients": { file: "tests/clients/main.ts", flags: nodeFlags },
  "test:servers": { file: "tests/servers/main.ts", flags: nodeFlags },
  "test:traces": { file: "tests/traces/main.ts", flags: nodeFlags },
  "test:scim": { file: "tests/scim/main.ts", flags: nodeFlags },
  "test:import": { file: "tests/litellm/main.ts", flags: nodeFlags },
  "test:ship": { file: "tests/ship/main.ts", flags: nodeFlags },
  "test:openwebui": { file: "tests/openwebui/main.ts", flags: nodeFlags },
  "test:desktop": { file: "tests/desktop/main.ts", flags: nodeFlags },
  "test:kafka": { file: "tests/kafka/main.ts", flags: nodeFlags },
  "test:scale": { file: "tests/scale/main.ts", flags: nodeFlags },
  soak: { file: "tests/soak/main.ts", flags: nodeFlags },
  "test:pressure": { file: "tests/pressure/main.ts", flags: nodeFlags },
  "console:screenshots": { file: "tests/console/screenshots.ts", flags: nodeFlags },
  "console:figures": { file: "tests/console/figures.ts", flags: nodeFlags },
  fuzz: { file: "tests/fuzz/main.ts", flags: nodeFlags.concat("--expose-gc") },
};

const modules = path.join(root, "node_modules");
const stampFile = path.join(modules, ".ghostllm-lock");
const installLock = path.join(root, ".install-lock");
const builtConsole = path.join(root, "apps/console/dist");
const installWaitMs = 10 * 60 * 1000;

class LaunchError extends Error {}

/** The install was ended by a signal: end like it, and start nothing. */
class Interrupted extends Error {
  constructor(end) {
    super("interrupted");
    this.end = end;
  }
}

function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return null;
    throw error;
  }
}

function fingerprint() {
  const lock = readText(path.join(root, "package-lock.json"));
  if (lock === null) throw new LaunchError(`There is no package-lock.json in ${root}.`);
  return createHash("sha256").update(`${process.platform}-${process.arch}\n${lock}`).digest("hex");
}

function writeStamp(stamp) {
  fs.writeFileSync(`${stampFile}.${process.pid}`, stamp);
  fs.renameSync(`${stampFile}.${process.pid}`, stampFile);
}

/** True after an `npm install` by hand: npm's own record of node_modules has every version that the lock file asks for. */
function wasInstalledByHand() {
  const record = readText(path.join(modules, ".package-lock.json"));
  if (record === null) return false;
  const installed = JSON.parse(record).packages;
  const wanted = JSON.parse(readText(path.join(root, "package-lock.json"))).packages;
  return Object.keys(wanted).every((name) => {
    if (!name.startsWith("node_modules/") || wanted[name].optional) return true;
    return installed[name] !== undefined && installed[name].version === wanted[name].version;
  });
}

function isInstalled(stamp) {
  if (readText(stampFile) === stamp) return true;
  if (findNode() === null || !wasInstalledByHand()) return false;
  writeStamp(stamp);
  return true;
}

function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** A lock whose holder is gone, or that never named one: its maker died in between. */
function isStale() {
  const holder = readText(path.join(installLock, "pid"));
  if (holder !== null && holder !== "") return !isAlive(Number(holder));
  try {
    return Date.now() - fs.statSync(installLock).mtimeMs > 5000;
  } catch {
    return false;
  }
}

function takeInstallLock() {
  try {
    fs.mkdirSync(installLock);
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
  fs.writeFileSync(path.join(installLock, "pid"), String(process.pid));
  return true;
}

function removeTree(directory) {
  fs.rmSync(directory, { recursive: true, force: true });
}

async function waitForInstallLock() {
  const deadline = Date.now() + installWaitMs;
  let told = false;
  while (!takeInstallLock()) {
    if (isStale()) {
      removeTree(installLock);
      continue;
    }
    if (!told) console.error("ghostllm: waiting for another process that is installing the dependencies ...");
    told = true;
    if (Date.now() > deadline)
      throw new LaunchError(`Another install holds ${installLock}. Remove it if none is running.`);
    await delay(200);
  }
}

function npmCommand() {
  const script = process.env.npm_execpath;
  if (script && /npm-cli\.c?js$/.test(script)) return { command: process.execPath, args: [script], shell: false };
  return { command: "npm", args: [], shell: process.platform === "win32" };
}

async function runNpmCi() {
  const npm = npmCommand();
  const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  // Named here, because NODE_ENV=production or a user's npmrc would leave out what `npm test` and old Nodes need.
  const everything = ["--include=dev", "--include=optional"];
  const output = [];
  const end = await untilExit(() => {
    const child = spawn(npm.command, npm.args.concat("ci", "--ignore-scripts", quiet, everything), {
      cwd: root,
      shell: npm.shell,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    return child;
  });
  if (end.interrupted) throw new Interrupted({ code: end.code || 130, signal: end.signal });
  if (end.code === 0) return;
  process.stderr.write(Buffer.concat(output));
  throw new LaunchError("`npm ci` failed; its output is above. Correct the cause and run the command again.");
}

async function install(stamp) {
  await waitForInstallLock();
  const release = () => removeTree(installLock);
  process.once("exit", release);
  try {
    if (isInstalled(stamp)) return;
    console.error("ghostllm: installing dependencies (npm ci) ...");
    await runNpmCi();
    writeStamp(stamp);
  } finally {
    process.removeListener("exit", release);
    release();
  }
}

function findNode() {
  if (Number(process.versions.node.split(".")[0]) >= neededMajor) return process.execPath;
  const system = process.platform === "win32" ? "win" : process.platform;
  const name = process.platform === "win32" ? "node.exe" : "node";
  const binary = path.join(modules, `node-${system}-${process.arch}`, "bin", name);
  return fs.existsSync(binary) ? binary : null;
}

function environmentFor(node) {
  const directories = [path.dirname(node), path.join(modules, ".bin"), process.env.PATH || ""];
  // Node keeps compiled sources there, which more than halves the time of every start but the first.
  const cache = process.env.NODE_COMPILE_CACHE || path.join(modules, ".cache", "compile");
  return Object.assign({}, memoryOfBuffers, process.env, {
    PATH: directories.join(path.delimiter),
    NODE_COMPILE_CACHE: cache,
    GHOSTLLM_CONSOLE_DIR: process.env.GHOSTLLM_CONSOLE_DIR || builtConsole,
  });
}

/** What builds the console beside the server, while it does. */
let consoleBuilder = null;

/** All that the console is built from. */
function hashOfConsole(stamp) {
  const hash = createHash("sha256").update(stamp);
  const add = (file) => {
    const name = path.basename(file);
    if (name === "node_modules" || name.startsWith("dist") || name.startsWith(".")) return;
    if (fs.statSync(file).isDirectory())
      fs.readdirSync(file)
        .sort()
        .forEach((each) => add(path.join(file, each)));
    else hash.update(`${path.relative(root, file)}\n`).update(fs.readFileSync(file));
  };
  ["apps/console", "packages/contract/src"].forEach((folder) => add(path.join(root, folder)));
  return hash.digest("hex");
}

/** Beside the server, and behind it where there is too little to do both: the gateway serves meanwhile. */
function buildConsole(node, stamp) {
  if (!fs.existsSync(path.join(root, "apps/console/build.ts"))) return;
  const hash = hashOfConsole(stamp);
  if (readText(path.join(builtConsole, "built-from")) === hash) return;
  const builder = spawn(node, [path.join(root, "apps/console/build.ts"), "--hash", hash], {
    stdio: ["ignore", "ignore", "inherit"],
    env: environmentFor(node),
  });
  builder.on("error", (error) => console.error(`ghostllm: the console cannot be built: ${error.message}`));
  if (builder.pid === undefined) return;
  consoleBuilder = builder;
  os.setPriority(builder.pid, os.constants.priority.PRIORITY_BELOW_NORMAL);
}

/** The gateway starts, whatever becomes of the console. */
function tryToBuildConsole(node, stamp) {
  try {
    buildConsole(node, stamp);
  } catch (error) {
    console.error(`ghostllm: the console cannot be built: ${error.message}`);
  }
}

/**
 * Resolves when the child that `start` makes has ended. It listens to signals before there is a child: a quick one has
 * begun its work while its maker is still being scheduled. Signals are passed on, with two exceptions that would reach it twice: Ctrl-C in a
 * terminal goes to the whole process group by itself, and npm repeats a signal that the group has got already.
 * A signal to npm itself reaches only the shell between npm and this process, so the shell's death counts as one.
 */
function untilExit(start) {
  let interrupted = false;
  const last = {};
  const forward = (signal) => {
    interrupted = true;
    clearInterval(parentCheck);
    const now = Date.now();
    const isRepeated = now - (last[signal] || 0) < 1000;
    last[signal] = now;
    if (isRepeated || (signal === "SIGINT" && process.stdin.isTTY)) return;
    child.kill(signal);
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  signals.forEach((signal) => process.on(signal, forward));
  const child = start();
  const parent = process.ppid;
  const checkParent = () => process.ppid !== parent && forward("SIGTERM");
  const parentCheck = process.env.npm_lifecycle_event ? setInterval(checkParent, 250) : undefined;
  const stopForwarding = () => {
    clearInterval(parentCheck);
    signals.forEach((signal) => process.removeListener(signal, forward));
  };
  return new Promise((resolve, reject) => {
    child.once("error", (error) => {
      stopForwarding();
      reject(new LaunchError(`${child.spawnfile} could not be run: ${error.message}`));
    });
    child.once("close", (code, signal) => {
      stopForwarding();
      resolve({ code, signal, interrupted });
    });
  });
}

function endLike(end) {
  if (consoleBuilder !== null) consoleBuilder.kill();
  if (end.signal === null || process.platform === "win32") process.exit(end.code === null ? 1 : end.code);
  process.kill(process.pid, end.signal);
  setTimeout(() => process.exit(1), 1000);
}

function usage() {
  return `Usage: node tools/launch.cjs <${Object.keys(tasks).join("|")}> [arguments]`;
}

async function main() {
  const task = Object.prototype.hasOwnProperty.call(tasks, process.argv[2]) ? tasks[process.argv[2]] : null;
  if (task === null) throw new LaunchError(usage());
  const stamp = fingerprint();
  if (!isInstalled(stamp)) await install(stamp);
  const node = findNode();
  if (node === null) {
    const platform = `${process.platform}-${process.arch}`;
    throw new LaunchError(
      `GhostLLM needs Node ${neededMajor} or later and this is ${process.version} on ${platform}. Install it from https://nodejs.org.`,
    );
  }
  const args = task.flags.concat(path.join(root, task.file), task.args || [], process.argv.slice(3));
  const start = () => {
    const child = spawn(node, args, { stdio: "inherit", env: environmentFor(node) });
    if (task.buildsConsole && !process.env.GHOSTLLM_CONSOLE_DIR) tryToBuildConsole(node, stamp);
    return child;
  };
  endLike(await untilExit(start));
}

main().catch((error) => {
  if (error instanceof Interrupted) return endLike(error.end);
  console.error(error instanceof LaunchError ? `ghostllm: ${error.message}` : error);
  process.exit(1);
});
