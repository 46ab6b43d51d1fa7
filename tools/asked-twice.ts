// Says of each test that failed first and passed then: what is mended by being asked again is not forgotten by that.

import type { Reporter, TestCase } from "vitest/node";

export default class AskedTwice implements Reporter {
  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    console.log(`asked twice: ${test.module.relativeModuleId} > ${test.fullName}`);
  }
}
