// The rules about what may stand in a file: forbidden code, vendor names in the gateway, length, unknown workspaces.

import { forbiddenCode, longestFileLines, strangers, vendorBlind, workspaces } from "../../architecture.ts";
import { isWithin, type SourceFile, type Violation } from "./source-file.ts";

export function checkForbiddenCode(file: SourceFile): Violation[] {
  if (file.isTest || file.folder === null) return [];
  const applying = forbiddenCode.filter(
    ({ within, except }) =>
      within.some((place) => isWithin(file.path, place)) && !except.some((place) => isWithin(file.path, place)),
  );
  return applying.flatMap(({ pattern, what, instead }) =>
    [...file.code.matchAll(pattern)].map(({ index }) => ({
      path: file.path,
      line: file.code.slice(0, index).split("\n").length,
      message: `uses ${what}`,
      instead,
    })),
  );
}

/** Names of vendors and dialects, read off the tree, so that a new provider is guarded from its first day. */
export function findVendorNames(files: readonly SourceFile[]): string[] {
  const names = Object.values(strangers).flatMap(({ folder, shared, gatherer }) => {
    const common: readonly string[] = [...shared, gatherer];
    const inside = files.filter(({ path, isTest }) => isWithin(path, folder) && !isTest);
    const parts = inside.map(({ path }) => path.slice(folder.length + 1).split("/")[0] ?? "");
    return parts.filter((part) => !common.includes(part)).map((part) => part.replace(/\.ts$/, ""));
  });
  return [...new Set(names)];
}

/** `openai-chat` is found in `openai-chat`, `OPENAI_CHAT` and `openaiChatCodec`. */
function namePattern(name: string): RegExp {
  const words = name.split("-");
  const camel = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("");
  const lower = camel.charAt(0).toLowerCase() + camel.slice(1);
  return new RegExp(
    `(?<![a-zA-Z])${lower}(?![a-z])|${camel}(?![a-z])|(?<![a-zA-Z])(?:${words.join("[-_ ]?")})(?![a-zA-Z])`,
    "g",
  );
}

const insensitive = (pattern: RegExp): RegExp => new RegExp(pattern.source, "i");

export function checkVendorNames(file: SourceFile, names: readonly string[]): Violation[] {
  if (file.isTest || !vendorBlind.folders.some((folder) => isWithin(file.path, folder))) return [];
  return names.flatMap((name) => {
    const message = `names the vendor or dialect \`${name}\``;
    const report = (line: number): Violation => ({ path: file.path, line, message, instead: vendorBlind.instead });
    const whole = file.strings.filter(({ value }) => value.toLowerCase() === name).map(({ line }) => report(line));
    if (vendorBlind.ordinaryWords.includes(name)) return whole;
    const pattern = namePattern(name);
    const inStrings = file.strings
      .filter(({ value }) => insensitive(pattern).test(value))
      .map(({ line }) => report(line));
    const inCode = [...file.code.matchAll(pattern)].map(({ index }) =>
      report(file.code.slice(0, index).split("\n").length),
    );
    return [...inStrings, ...inCode];
  });
}

export function checkLength(file: SourceFile): Violation[] {
  const lines = file.text.trimEnd().split("\n").length;
  if (file.isTest || file.workspace === null || lines <= longestFileLines) return [];
  const message = `has ${lines} lines, and ${longestFileLines} is the limit`;
  return [
    { path: file.path, line: 1, message, instead: "Find the second job it does and give that a file of its own." },
  ];
}

export function checkKnownWorkspace(file: SourceFile): Violation[] {
  if (file.workspace === null || workspaces[file.workspace] !== undefined) return [];
  const message = `the workspace ${file.workspace} is not in the table`;
  return [
    { path: file.path, line: 1, message, instead: "Give it a line in architecture.ts that says whom it may import." },
  ];
}
