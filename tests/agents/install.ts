// The agents are no dependencies of the project, since they weigh more than a gigabyte: they are installed when they are asked for.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = import.meta.dirname;
const stampFile = join(folder, "node_modules", ".ghostllm-installed");

/** Throws when npm cannot get them. Their install scripts are never run. */
export function installAgents(): void {
  const versions = readFileSync(join(folder, "package.json"), "utf8");
  const stamp = createHash("sha256").update(`${process.platform}-${process.arch}\n${versions}`).digest("hex");
  if (existsSync(stampFile) && readFileSync(stampFile, "utf8") === stamp) return;
  console.error("agents: installing Claude Code, Codex CLI, opencode and pi (npm install, 1.3 GB unpacked) ...");
  // No lock file: `npm ci` refuses one that lacks a platform's package which the registry does not have. What is installed is
  // exact without: each agent names its own versions, or is one program.
  const quiet = ["--no-audit", "--no-fund", "--no-progress", "--loglevel=error"];
  const parameters = ["install", "--no-package-lock", "--ignore-scripts", "--include=optional", ...quiet];
  const { status } = spawnSync("npm", parameters, { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
  if (status !== 0) throw new Error("`npm install` in tests/agents failed; its output is above.");
  writeFileSync(stampFile, stamp);
}
