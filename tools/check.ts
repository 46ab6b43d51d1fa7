// `npm run check`: everything that can be said about the code without running it. Each check is one line with its time,
// and its output when it fails. All of them run, two at a time, so that one run shows everything there is to mend.

import { spawn } from "node:child_process";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "..");
const atOnce = 2;

interface Check {
  readonly name: string;
  readonly command: readonly string[];
  /** What to do about a failure, where its output does not say so itself. */
  readonly hint?: string;
}

interface Outcome {
  readonly check: Check;
  readonly isFine: boolean;
  readonly output: string;
  readonly elapsedMs: number;
}

const module = (path: string): string => resolve(root, "node_modules", path);
const tool = (path: string): string => resolve(root, "tools", path);

/** The slow ones first, so that they run beside each other. */
const checks: readonly Check[] = [
  { name: "types", command: [module("typescript/lib/tsc.js"), "--noEmit", "-p", "."] },
  { name: "types of the console", command: [module("typescript/lib/tsc.js"), "--noEmit", "-p", "apps/console"] },
  { name: "types of the desktop's page", command: [module("typescript/lib/tsc.js"), "--noEmit", "-p", "apps/desktop"] },
  { name: "lint", command: [module("oxlint/bin/oxlint"), "--type-aware", "--deny-warnings", "--format=unix", "."] },
  {
    name: "format",
    command: [module("prettier/bin/prettier.cjs"), "--check", "--log-level=warn", "."],
    hint: "`npm run fix` formats them.",
  },
  // Where there is a Rust. What its compiler and clippy say is with `npm run test:desktop`: they take minutes.
  {
    name: "format of the desktop's Rust",
    command: [tool("desktop.ts"), "format"],
    hint: "`npm run fix` formats it.",
  },
  { name: "unused code", command: [module("knip/bin/knip.js"), "--no-progress", "--no-config-hints"] },
  { name: "architecture", command: [tool("check-architecture.ts")] },
  { name: "generated docs", command: [tool("gen-docs.ts"), "--check"], hint: "`npm run docs` writes them anew." },
  { name: "README claims", command: [tool("check-readme.ts")] },
];

function run(check: Check): Promise<Outcome> {
  const startMs = performance.now();
  // Some of them colour their output when they see CI, even into a pipe.
  const env = { ...process.env, NO_COLOR: "1", FORCE_COLOR: "0" };
  const child = spawn(process.execPath, check.command, { cwd: root, env, stdio: ["ignore", "pipe", "pipe"] });
  const chunks: Buffer[] = [];
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => chunks.push(chunk));
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (code) => {
      const output = Buffer.concat(chunks).toString("utf8").trim();
      done({ check, isFine: code === 0, output, elapsedMs: performance.now() - startMs });
    });
  });
}

function report({ check, isFine, output, elapsedMs }: Outcome): void {
  const seconds = (elapsedMs / 1000).toFixed(1).padStart(5);
  const leftOut = isFine && output.startsWith("left out:") ? ` (${output})` : "";
  console.log(`${isFine ? "ok  " : "FAIL"} ${seconds} s  ${check.name}${leftOut}`);
  if (isFine) return;
  console.log(output.replace(/^/gm, "     "));
  if (check.hint !== undefined) console.log(`     ${check.hint}`);
}

async function runAll(): Promise<readonly Outcome[]> {
  const waiting = [...checks];
  const outcomes: Outcome[] = [];
  const work = async (): Promise<void> => {
    for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
      const outcome = await run(check);
      report(outcome);
      outcomes.push(outcome);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

const failed = (await runAll()).filter(({ isFine }) => !isFine).length;
console.log(failed === 0 ? "All checks passed." : `${failed} of ${checks.length} checks failed.`);
process.exitCode = failed === 0 ? 0 : 1;
