import { expect, it } from "vitest";

import { tallyReport } from "../../tools/test-report.ts";

function file(status: string, ...tests: string[]): object {
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
