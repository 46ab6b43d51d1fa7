// Reads vitest's JSON report down to the three figures of the closing line.

import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Full names. */
  readonly skipped: readonly string[];
}

const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

export type Report = z.infer<typeof reportSchema>;
type FileResult = Report["testResults"][number];

function tallyFile({ name, status, assertionResults }: FileResult): Tally {
  const failed = assertionResults.filter((test) => test.status === "failed").length;
  return {
    passed: assertionResults.filter((test) => test.status === "passed").length,
    // A file that could not be loaded has no tests and has failed all the same.
    failed: failed === 0 && status === "failed" ? 1 : failed,
    skipped: assertionResults
      .filter((test) => test.status !== "passed" && test.status !== "failed")
      .map((test) => `${name} > ${test.fullName}`),
  };
}

export function tallyReport({ testResults }: Report): Tally {
  const files = testResults.map(tallyFile);
  return {
    passed: files.reduce((sum, file) => sum + file.passed, 0),
    failed: files.reduce((sum, file) => sum + file.failed, 0),
    skipped: files.flatMap((file) => file.skipped),
  };
}

export function failedFiles({ testResults }: Report): readonly FileResult[] {
  return testResults.filter((file) => tallyFile(file).failed > 0);
}

/** The first report, with what the second says of the files that are in both. */
export function reportOfBoth(first: Report, second: Report): Report {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  return { testResults: first.testResults.map((file) => again.get(file.name) ?? file) };
}

/** No report means that vitest ended before it ran anything: nothing passed, and its exit code says the rest. */
export function readReport(file: string): Report {
  return existsSync(file) ? reportSchema.parse(JSON.parse(readFileSync(file, "utf8"))) : { testResults: [] };
}
