// `npm test [-- filters]`: provides what the suites need, runs vitest over everything but the suites that have a
// script of their own (suites.ts), and closes with one plain line that any runner of
// this command can read: `N passed, N failed` (and `, N skipped`). With CI=true a skip is a failure.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

import { suites as ownSuites } from "./suites.ts";
import { PostgresMissing } from "./postgres-binaries.ts";
import { startPostgres, type ThrowAwayPostgres } from "./postgres.ts";
import { failedFiles, readReport, type Report, reportOfBoth, type Tally, tallyReport } from "./test-report.ts";

const root = resolve(import.meta.dirname, "..");
const isCi = process.env["CI"] === "true" || process.env["CI"] === "1";
/** When more files than this fail, it is no accident. */
const mostAskedTwice = 10;

/** Null when the machine has none and cannot get one: the suites that need it then skip themselves. */
async function providePostgres(): Promise<ThrowAwayPostgres | null> {
  if (process.env["GHOSTLLM_TEST_POSTGRES_URL"]) return null;
  try {
    return await startPostgres();
  } catch (error) {
    if (!(error instanceof PostgresMissing)) throw error;
    console.error(`tests: skipped what needs PostgreSQL: ${error.message}`);
    return null;
  }
}

/** What suites are told in their environment, by the options that it has here. */
const settings: ReadonlyMap<string, string> = new Map([
  ["--seconds", "GHOSTLLM_OUTAGE_SECONDS"],
  ["--rate", "GHOSTLLM_OUTAGE_RATE"],
]);

interface Arguments {
  readonly forVitest: readonly string[];
  readonly environment: NodeJS.ProcessEnv;
}

function readArguments([first, ...others]: readonly string[]): Arguments {
  if (first === undefined) return { forVitest: [], environment: {} };
  const variable = settings.get(first);
  const [value, ...behind] = others;
  const { forVitest, environment } = readArguments(variable === undefined ? others : behind);
  if (variable === undefined) return { forVitest: [first, ...forVitest], environment };
  if (!(Number(value) > 0)) throw new Error(`${first} takes a number above 0`);
  return { forVitest, environment: { ...environment, [variable]: value } };
}

function startVitest(reportFile: string, args: readonly string[], environment: NodeJS.ProcessEnv): ChildProcess {
  const vitest = join(root, "node_modules/vitest/dist/cli.js");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  return spawn(process.execPath, [vitest, "run", ...reporters, ...args], {
    cwd: root,
    stdio: "inherit",
    env: environment,
  });
}

/** Who names files means them, wherever they belong. */
function suites([first, ...others]: readonly string[]): readonly string[] {
  if (first === "--suite") return ["--project", ...others];
  return first === undefined ? Object.keys(ownSuites).flatMap((name) => ["--project", `!${name}`]) : [first, ...others];
}

function untilExit(child: ChildProcess): Promise<number> {
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("exit", (code) => done(code ?? 1));
  });
}

/** Passes signals on to vitest; before it runs they end this process in order, which also ends PostgreSQL. */
function listenForSignals(): (child: ChildProcess) => void {
  let child: ChildProcess | null = null;
  const forward = (signal: NodeJS.Signals): void => {
    if (child === null) process.exit(130);
    child.kill(signal);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, forward);
  return (started) => {
    child = started;
  };
}

interface Run {
  readonly report: Report;
  readonly exitCode: number;
}

/**
 * A machine of others stalls for seconds now and then: in CI the files that failed are asked once more, alone and in new
 * processes. Which they were is said, and .ci/run says it again at its end, so that nothing is forgotten by that.
 */
async function askTwice(first: Run, forVitest: readonly string[], run: (args: readonly string[]) => Promise<Run>) {
  const failed = failedFiles(first.report);
  if (!isCi || failed.length === 0 || failed.length > mostAskedTwice) return first;
  for (const { name, assertionResults } of failed) {
    const tests = assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
    console.log(`asked twice: ${relative(root, name)}: ${tests.join("; ")}`);
  }
  const ofSuite = forVitest[0] === "--suite" ? suites(forVitest.slice(0, 2)) : [];
  const second = await run([...ofSuite, "--no-file-parallelism", ...failed.map(({ name }) => name)]);
  return { report: reportOfBoth(first.report, second.report), exitCode: second.exitCode };
}

/** What vitest reports as a failed run without a failed test (a crash, an unhandled error) counts as one failure. */
function judge({ report, exitCode }: Run): Tally {
  const tally = tallyReport(report);
  return { ...tally, failed: tally.failed === 0 && exitCode !== 0 ? 1 : tally.failed };
}

function close(tally: Tally): number {
  const ranNothing = tally.passed + tally.failed === 0;
  if (ranNothing) console.error("tests: no test was run");
  if (isCi && tally.skipped.length > 0) {
    console.error(`tests: skipped, which is a failure with CI=true:\n  ${tally.skipped.join("\n  ")}`);
  }
  const skipped = tally.skipped.length > 0 ? `, ${tally.skipped.length} skipped` : "";
  console.log(`${tally.passed} passed, ${tally.failed} failed${skipped}`);
  return tally.failed > 0 || ranNothing || (isCi && tally.skipped.length > 0) ? 1 : 0;
}

async function main(): Promise<number> {
  const { forVitest, environment } = readArguments(process.argv.slice(2));
  const forwardSignalsTo = listenForSignals();
  const postgres = await providePostgres();
  const directory = mkdtempSync(join(tmpdir(), "ghostllm-tests-"));
  const reportFile = join(directory, "report.json");
  const offered = postgres === null ? {} : { GHOSTLLM_TEST_POSTGRES_URL: postgres.url };
  const run = async (args: readonly string[]): Promise<Run> => {
    rmSync(reportFile, { force: true });
    const vitest = startVitest(reportFile, args, { ...process.env, ...environment, ...offered });
    forwardSignalsTo(vitest);
    const exitCode = await untilExit(vitest);
    return { report: readReport(reportFile), exitCode };
  };
  try {
    return close(judge(await askTwice(await run(suites(forVitest)), forVitest, run)));
  } finally {
    rmSync(directory, { recursive: true, force: true });
    await postgres?.dispose();
  }
}

process.exitCode = await main();
