import { expect, it } from "vitest";

import { failedFiles, type Report, reportOfBoth, tallyReport } from "../../tools/test-report.ts";

type FileResult = Report["testResults"][number];

function file(status: string, ...tests: string[]): FileResult {
  return {
    name: "a.test.ts",
    status,
    assertionResults: tests.map((test, at) => ({ fullName: `test ${at}`, status: test })),
  };
}

it("counts tests of all files, and names the skipped ones", () => {
  const report = {
    testResults: [file("passed", "passed", "passed", "pending"), file("failed", "failed", "passed", "todo")],
  };
  expect(tallyReport(report)).toEqual({
    passed: 3,
    failed: 1,
    skipped: ["a.test.ts > test 2", "a.test.ts > test 2"],
  });
});

it("counts a file that could not be loaded as a failure", () => {
  expect(tallyReport({ testResults: [file("failed")] })).toEqual({ passed: 0, failed: 1, skipped: [] });
});

it("takes what was said of a file the second time", () => {
  const named = (name: string, ...tests: string[]): FileResult => ({ ...file("failed", ...tests), name });
  const first = { testResults: [named("a", "passed", "failed"), named("b", "failed"), file("passed", "passed")] };
  expect(failedFiles(first).map(({ name }) => name)).toEqual(["a", "b"]);
  const second = { testResults: [{ ...named("a", "passed", "passed"), status: "passed" }] };
  expect(tallyReport(reportOfBoth(first, second))).toEqual({ passed: 3, failed: 1, skipped: [] });
});
