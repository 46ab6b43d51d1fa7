// One run of vitest over a folder of its own, beside `npm test`, which closes with `N passed, N failed`.

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { readReport, tallyReport } from "../../tools/test-report.ts";

const root = resolve(import.meta.dirname, "../..");

function runVitest(folder: string, reportFile: string): number | null {
  const vitest = join(root, "node_modules/vitest/dist/cli.js");
  const config = ["--config", join(folder, "vitest.config.ts")];
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const parameters = [vitest, "run", ...config, ...reporters, ...process.argv.slice(2)];
  return spawnSync(process.execPath, parameters, { cwd: root, stdio: "inherit" }).status;
}

function isAllRight(folder: string, directory: string): boolean {
  const reportFile = join(directory, "report.json");
  const status = runVitest(folder, reportFile);
  const { passed, failed, skipped } = tallyReport(readReport(reportFile));
  // A run that failed without a failed test counts as one.
  const failures = failed === 0 && status !== 0 ? 1 : failed;
  console.log(`${passed} passed, ${failures} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`);
  return failures === 0 && passed > 0;
}

/** The suites of the folder, by its own configuration; the process ends as they do. */
export function runSuites(folder: string): void {
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-suites-"));
  try {
    process.exitCode = isAllRight(folder, directory) ? 0 : 1;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
