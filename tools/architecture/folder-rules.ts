// Which folder may import which: each file has one line in the table of its workspace, and imports what that line lists.

import { folders } from "../../architecture.ts";
import { resolveInside } from "./resolve-import.ts";
import type { ImportSite } from "./scan-source.ts";
import { isWithin, type SourceFile, type Violation } from "./source-file.ts";

type Broken = Omit<Violation, "path" | "line">;
type Table = Readonly<Record<string, readonly string[]>>;

interface Line {
  /** As the table has it. */
  readonly name: string;
  /** With the folder that the star stands for. */
  readonly place: string;
  /** The folder that the star stands for. */
  readonly star: string;
}

const shareOfFiles = "files in src";

/** What a line that has a star is for this path; a star is no file. */
function fit(name: string, path: readonly string[]): Line | null {
  const parts = name.split("/");
  const isFitting = parts.every((part, at) => part === path[at] || (part === "*" && at < path.length - 1));
  if (!isFitting) return null;
  return { name, place: path.slice(0, parts.length).join("/"), star: path[parts.indexOf("*")] ?? "" };
}

/** How exact a line is: longer ones are, and of the same length those without a star. */
function exactness({ name }: Line): number {
  return name.split("/").length * 2 - (name.includes("*") ? 1 : 0);
}

/** The most exact line of the table for a path below `src`. Where there is none, what would need one. */
function findLine(table: Table, path: string): Line {
  const parts = path.split("/");
  const fitting = Object.keys(table).flatMap((name) => fit(name, parts) ?? []);
  const [best] = fitting.toSorted((a, b) => exactness(b) - exactness(a));
  if (best !== undefined) return best;
  const top = parts[0] ?? "";
  if (parts.length === 1 && table[shareOfFiles] !== undefined) return { name: shareOfFiles, place: top, star: "" };
  const name = Object.keys(table).some((one) => one.startsWith(`${top}/`)) ? path : top;
  return { name, place: name, star: "" };
}

/** `folder/**` is a line with all those below it, and `*` the folder that it stands for in the line which lists it. */
function isListed(entry: string, from: Line, to: Line): boolean {
  const place = entry.replace("*/", `${from.star}/`).replace(/\/\*$/, `/${from.star}`);
  return place.endsWith("/**")
    ? isWithin(to.place, place.slice(0, -"/**".length))
    : [to.place, to.name].includes(place);
}

const typesOnly = / \(types\)$/;

export function checkFolder(file: SourceFile, site: ImportSite): Broken | null {
  const table = folders[file.workspace ?? ""];
  const target = resolveInside(file, site);
  if (table === undefined || target === null || file.folder === null || file.isTest) return null;
  const source = `${file.workspace}/src/`;
  const from = findLine(table, file.path.slice(source.length));
  const allowed = table[from.name];
  if (allowed === undefined) {
    return {
      message: `${from.place} is not in the table`,
      instead: "Give it a line in architecture.ts that says whom it may import.",
    };
  }
  if (!target.startsWith(source) || site.specifier === "#package.json") return null;
  const to = findLine(table, target.slice(source.length));
  const isSame = to.name === from.name && to.star === from.star;
  return isSame ? null : checkLines(from, to, allowed, site);
}

function checkLines(from: Line, to: Line, allowed: readonly string[], { isTypeOnly }: ImportSite): Broken | null {
  if (allowed.some((entry) => isListed(entry, from, to))) return null;
  if (allowed.some((entry) => typesOnly.test(entry) && isListed(entry.replace(typesOnly, ""), from, to))) {
    if (isTypeOnly) return null;
    const message = `${from.place} may import only types from ${to.place}`;
    return { message, instead: "Use `import type`, and take values as arguments." };
  }
  return {
    message: `${from.place} may not import ${to.place}`,
    instead: `It may import ${allowed.join(", ") || "nothing"}: pass what it needs as a value from above, or move the shared type down.`,
  };
}
