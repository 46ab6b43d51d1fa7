// What is held against the program itself: its own tests, and what clippy says of it.

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { manifest } from "../../tools/desktop/program.ts";

/** The first time all that it is made of is looked at as well. */
const patienceMs = 1_800_000;

function cargo(deed: string, ...parameters: readonly string[]): string {
  const always = ["--locked", "--manifest-path", manifest];
  return execFileSync("cargo", [deed, ...always, ...parameters], { encoding: "utf8" });
}

describe("the program", () => {
  it("passes its own tests", { timeout: patienceMs }, () => {
    expect(cargo("test")).toMatch(/test result: ok\. [1-9]\d* passed; 0 failed/);
  });

  it("gives clippy nothing to say", { timeout: patienceMs }, () => {
    expect(cargo("clippy", "--all-targets", "--quiet", "--", "-D", "warnings")).toBe("");
  });
});
