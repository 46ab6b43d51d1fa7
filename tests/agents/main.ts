// npm run test:agents [-- vitest's arguments]: installs the agents, runs them against fake vendors, and closes with
// `N passed, N failed`. Beside `npm test`, because of what they weigh.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readReport } from "../../tools/test-report.ts";
import { installAgents } from "./install.ts";

const root = resolve(import.meta.dirname, "../..");

function runVitest(reportFile: string): number | null {
  const vitest = join(root, "node_modules/vitest/dist/cli.js");
  const config = ["--config", join(import.meta.dirname, "vitest.config.ts")];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const parameters = [vitest, "run", ...config, ...reporters, ...process.argv.slice(2)];
  return spawnSync(process.execPath, parameters, { cwd: root, stdio: "inherit" }).status;
}

function run(directory: string): boolean {
  const reportFile = join(directory, "report.json");
  const status = runVitest(reportFile);
  const { passed, failed, skipped } = readReport(reportFile);
  // A run that failed without a failed test counts as one.
  const failures = failed === 0 && status !== 0 ? 1 : failed;
  console.log(`${passed} passed, ${failures} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);
  return failures === 0 && passed > 0;
}

installAgents();
const directory = mkdtempSync(join(tmpdir(), "ghostllm-agents-"));
try {
  process.exitCode = run(directory) ? 0 : 1;
} finally {
  rmSync(directory, { recursive: true, force: true });
}
