import { expect, it } from "vitest";
import { attemptsOf, failedShare } from "./attempts.ts";

it.each([
  ["nothing", { requests: 0, errors: 0, failed_attempts: 0 }, 0],
  ["only answers", { requests: 10, errors: 0, failed_attempts: 0 }, 0],
  ["only attempts behind which another provider answered", { requests: 0, errors: 0, failed_attempts: 4 }, 1],
  ["as many of those as answers", { requests: 5, errors: 0, failed_attempts: 5 }, 0.5],
  ["an error, which is an attempt that failed, too", { requests: 4, errors: 1, failed_attempts: 1 }, 0.25],
  ["an error behind three attempts", { requests: 1, errors: 1, failed_attempts: 3 }, 1],
  ["an error that no attempt tells of", { requests: 4, errors: 1, failed_attempts: 0 }, 0.25],
])("a provider that has %s", (_, counts, share) => {
  expect(failedShare(attemptsOf(counts))).toBe(share);
});
