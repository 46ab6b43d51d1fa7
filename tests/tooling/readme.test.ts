import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";

import { checkReadme } from "../../tools/check-readme.ts";

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "ghostllm-readme-"));
  mkdirSync(join(root, "tests"));
  writeFileSync(
    join(root, "tests/a.test.ts"),
    'describe("budgets", () => {\n  it("never overspends", () => {}); // it("a comment")\n});\n',
  );
});

afterEach(() => {
  rmSync(root, { recursive: true });
});

function check(...rows: readonly string[]): string[] {
  const table = [
    "# X",
    "",
    "| Feature | What | Test |",
    "| --- | :-: | --- |",
    ...rows,
    "",
    "| Other | Table |",
    "| --- | --- |",
    "| x | y |",
  ];
  writeFileSync(join(root, "README.md"), table.join("\n"));
  return checkReadme(root);
}

it("accepts rows whose tests exist", () => {
  expect(
    check("| A | b | `tests/a.test.ts` |", "| A \\| B | `a|b` | `tests/a.test.ts > budgets > never overspends` |"),
  ).toEqual([]);
});

it.each([
  ["| A | b | `tests/b.test.ts` |", "there is no tests/b.test.ts"],
  ["| A | b | `tests/a.test.ts > sometimes overspends` |", "has no test named `sometimes overspends`"],
  ["| A | b | `tests/a.test.ts > a comment` |", "has no test named `a comment`"],
  ["| A | b | soon |", '"A" names no test'],
  ["| A | b | `src/a.ts` |", "`src/a.ts` is no test file"],
])("refuses %s", (row, message) => {
  expect(check("| A | b | `tests/a.test.ts` |", row)).toEqual([expect.stringContaining(`README.md:6: `)]);
  expect(check(row).join()).toContain(message);
});

it("refuses a README without a feature table, and no README", () => {
  expect(check()).toEqual([expect.stringContaining("no feature table")]);
  rmSync(join(root, "README.md"));
  expect(checkReadme(root)).toEqual(["README.md is missing"]);
});
