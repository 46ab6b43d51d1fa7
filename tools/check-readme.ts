// Every row of the README's feature table names, in its last column, a test that exists:
// `path/to/file.test.ts` or `path/to/file.test.ts > test name`.

import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { scanSource } from "./architecture/scan-source.ts";

interface Row {
  readonly line: number;
  readonly feature: string;
  readonly claims: readonly string[];
}

function splitCells(line: string): string[] {
  // A `|` inside backticks or behind a backslash is no border.
  const cells = line.match(/(?:\\\||`[^`]*`|[^|])+/g) ?? [];
  return cells.map((cell) => cell.trim()).filter((cell) => cell !== "");
}

/** Rows of the tables whose last heading says that it names tests. */
export function readFeatureRows(readme: string): Row[] {
  const rows: Row[] = [];
  let isFeatureTable = false;
  for (const [index, line] of readme.split("\n").entries()) {
    const cells = line.trimStart().startsWith("|") ? splitCells(line) : [];
    if (cells.length === 0) isFeatureTable = false;
    else if (/^(tests?|shown by|proof|proved by|proven by)$/i.test(cells.at(-1) ?? "")) isFeatureTable = true;
    else if (isFeatureTable && !/^:?-+:?$/.test(cells[0] ?? "")) {
      const claims = [...(cells.at(-1) ?? "").matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? "");
      rows.push({ line: index + 1, feature: cells[0] ?? "", claims });
    }
  }
  return rows;
}

/** What is wrong with a claim; null when its test exists. */
function refute(root: string, claim: string): string | null {
  const [path = "", ...names] = claim.split(" > ");
  if (!/\.test\.tsx?$/.test(path)) return `\`${claim}\` is no test file`;
  if (!existsSync(join(root, path))) return `there is no ${path}`;
  const titles = scanSource(readFileSync(join(root, path), "utf8")).strings.map(({ value }) => value);
  const missing = names.find((name) => !titles.includes(name));
  return missing === undefined ? null : `${path} has no test named \`${missing}\``;
}

export function checkReadme(root: string): string[] {
  const file = join(root, "README.md");
  if (!existsSync(file)) return ["README.md is missing"];
  const rows = readFeatureRows(readFileSync(file, "utf8"));
  if (rows.length === 0)
    return ["README.md has no feature table: its last column is headed `Test` and names tests in backticks"];
  return rows.flatMap(({ line, feature, claims }) => {
    if (claims.length === 0) return [`README.md:${line}: "${feature}" names no test`];
    return claims.flatMap((claim) => {
      const fault = refute(root, claim);
      return fault === null ? [] : [`README.md:${line}: "${feature}": ${fault}`];
    });
  });
}

if (import.meta.main) {
  const faults = checkReadme(resolve(import.meta.dirname, ".."));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
