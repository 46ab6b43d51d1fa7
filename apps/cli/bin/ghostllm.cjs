#!/usr/bin/env node
// Starts the command line under Node 24, whatever Node it was called with. Plain ES2019, because it runs on Node 18 too.
"use strict";

const { spawn } = require("child_process");
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const memoryOfBuffers = require("./memory-of-buffers.json");

const neededMajor = 24;

/** The built program in a release, the source in a checkout. */
function findProgram() {
  const built = path.join(__dirname, "..", "lib", "main.js");
  return fs.existsSync(built) ? built : path.join(__dirname, "..", "src", "main.ts");
}

/** What a release has built, and a checkout where it was built. */
function nameConsole() {
  const released = path.join(__dirname, "..", "console");
  const folder = fs.existsSync(released) ? released : path.join(__dirname, "../../console/dist");
  if (!process.env.GHOSTLLM_CONSOLE_DIR && fs.existsSync(folder)) process.env.GHOSTLLM_CONSOLE_DIR = folder;
}

/** Node 24 as it comes from npm, beside this package. */
function findNode() {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  try {
    const folder = path.dirname(require.resolve(`${name}/package.json`));
    const binary = path.join(folder, "bin", platform === "win" ? "node.exe" : "node");
    return fs.existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

function handOver(node) {
  const child = spawn(node, ["--max-semi-space-size=16", findProgram()].concat(process.argv.slice(2)), {
    stdio: "inherit",
    env: Object.assign({}, memoryOfBuffers, process.env),
  });
  // Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on("SIGINT", () => {});
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    process.stderr.write(`ghostllm: ${node} does not start: ${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code === null ? 1 : code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

nameConsole();
if (Number(process.versions.node.split(".")[0]) >= neededMajor) {
  import(pathToFileURL(findProgram()).href).catch((error) => {
    process.stderr.write(`ghostllm: ${error.stack}\n`);
    process.exit(1);
  });
} else {
  const node = findNode();
  if (node === null) {
    process.stderr.write(
      `ghostllm: this needs Node ${neededMajor} or later, and runs on ${process.version}. Install it from https://nodejs.org\n`,
    );
    process.exit(1);
  }
  handOver(node);
}
