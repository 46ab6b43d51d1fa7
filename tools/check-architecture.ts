// Holds every source file against architecture.ts. Run by `npm run check`, or alone: node tools/check-architecture.ts
// Invariant: a check that saw no files or no imports is blind, and fails.

import { resolve } from "node:path";

import { checkCircles } from "./architecture/circles.ts";
import { checkImports } from "./architecture/import-rules.ts";
import { readSources, type SourceFile, type Violation } from "./architecture/source-file.ts";
import {
  checkForbiddenCode,
  checkKnownWorkspace,
  checkLength,
  checkVendorNames,
  findVendorNames,
} from "./architecture/text-rules.ts";

export interface ArchitectureReport {
  readonly files: number;
  readonly imports: number;
  readonly violations: readonly Violation[];
}

/** A guard that has lost sight of what it guards must not report peace. */
function checkSight(files: readonly SourceFile[], imports: number, vendors: readonly string[]): Violation[] {
  const blind = (message: string): Violation => ({
    path: ".",
    line: 0,
    message,
    instead: "Mend the checker or its paths.",
  });
  return [
    ...(files.length === 0 ? [blind("the checker found no source files")] : []),
    ...(imports === 0 ? [blind("the checker found no imports")] : []),
    ...(vendors.length === 0 ? [blind("the checker found no provider files to take vendor names from")] : []),
  ];
}

export function checkArchitecture(root: string): ArchitectureReport {
  const files = readSources(root);
  const vendors = findVendorNames(files);
  const imports = files.reduce((sum, file) => sum + file.imports.length, 0);
  const violations = files.flatMap((file) => [
    ...checkKnownWorkspace(file),
    ...checkImports(file),
    ...checkForbiddenCode(file),
    ...checkVendorNames(file, vendors),
    ...checkLength(file),
  ]);
  const ofAll = [...checkSight(files, imports, vendors), ...checkCircles(files)];
  return { files: files.length, imports, violations: [...ofAll, ...violations] };
}

if (import.meta.main) {
  const { files, imports, violations } = checkArchitecture(resolve(import.meta.dirname, ".."));
  for (const { path, line, message, instead } of violations) console.error(`${path}:${line}: ${message}. ${instead}`);
  console.log(`architecture: ${files} files, ${imports} imports, ${violations.length} violations`);
  process.exitCode = violations.length === 0 ? 0 : 1;
}
