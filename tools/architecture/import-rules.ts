// The rules about who may import whom. Tests may reach into everything, as long as they use a workspace's front door.

import { entries, folders, type Restriction, restrictions, strangers, workspaces } from "../../architecture.ts";
import type { ImportSite } from "./scan-source.ts";
import { isWithin, type SourceFile, type Violation } from "./source-file.ts";

type ImportRule = (file: SourceFile, site: ImportSite) => Omit<Violation, "path" | "line"> | null;

/** Path from the root of an import within the same workspace; null for packages. */
function resolveInside(file: SourceFile, { specifier }: ImportSite): string | null {
  if (specifier.startsWith("#")) return `${file.workspace}/src/${specifier.slice(1)}`;
  if (!specifier.startsWith(".")) return null;
  const parts = file.path.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== ".") parts.push(part);
  }
  return parts.join("/");
}

const checkForm: ImportRule = (file, { specifier }) => {
  if (file.folder === null || file.isTest || !/^\.\.(\/|$)/.test(specifier) || specifier === "../package.json") {
    return null;
  }
  return {
    message: `\`${specifier}\` climbs out of its folder`,
    instead: "Write `#folder/file.ts`, from the workspace's src.",
  };
};

const checkWorkspace: ImportRule = (file, { specifier }) => {
  const match = /^(@ghostllm\/[^/]+|ghostllm)(\/.*)?$/.exec(specifier);
  if (match === null) return null;
  const [, name = "", below] = match;
  if (below !== undefined) {
    return {
      message: `\`${specifier}\` goes past the index of ${name}`,
      instead: `Import from "${name}"; export it there if others need it.`,
    };
  }
  if (file.workspace === null || file.isTest) return null;
  if (workspaces[file.workspace]?.includes(name)) return null;
  return {
    message: `${file.workspace} may not import ${name}`,
    instead: "The order is contract <- llm <- server <- cli: move what both need into the lower one.",
  };
};

const shareOfFiles = "files in src";

/** The line of the table for a folder, or for a file right in `src`. */
function findLine(table: Readonly<Record<string, readonly string[]>>, folder: string): string {
  return table[folder] === undefined && /\.tsx?$/.test(folder) ? shareOfFiles : folder;
}

const checkFolder: ImportRule = (file, site) => {
  const table = folders[file.workspace ?? ""];
  const target = resolveInside(file, site);
  if (table === undefined || target === null || file.folder === null || file.isTest) return null;
  const from = findLine(table, file.folder);
  const allowed = table[from];
  if (allowed === undefined) {
    return {
      message: `${file.folder} is not in the table`,
      instead: "Give it a line in architecture.ts that says whom it may import.",
    };
  }
  if (!isWithin(target, `${file.workspace}/src`) || site.specifier === "#package.json") return null;
  const targetFolder = target.slice(`${file.workspace}/src/`.length).split("/")[0] ?? "";
  const to = findLine(table, targetFolder);
  if (to === from || allowed.includes(to)) return null;
  if (allowed.includes(`${to} (types)`)) {
    if (site.isTypeOnly) return null;
    const message = `${file.folder} may import only types from ${targetFolder}`;
    return { message, instead: "Use `import type`, and take values as arguments." };
  }
  return {
    message: `${file.folder} may not import ${targetFolder}`,
    instead: `It may import ${allowed.join(", ") || "nothing"}: pass what it needs as a value from above, or move the shared type down.`,
  };
};

const checkEntry: ImportRule = (file, site) => {
  const entry = entries.find((one) => one === resolveInside(file, site));
  if (entry === undefined || file.isTest) return null;
  return { message: `nobody may import ${entry}`, instead: "It acts when it is loaded: import the function it calls." };
};

/** Name of the part a path belongs to: its folder or file right below `folder`. */
function partOf(path: string, folder: string): string | null {
  return path.startsWith(`${folder}/`) ? (path.slice(folder.length + 1).split("/")[0] ?? null) : null;
}

const checkStrangers: ImportRule = (file, site) => {
  const target = resolveInside(file, site);
  if (target === null || file.isTest) return null;
  for (const { folder, shared, gatherer } of Object.values(strangers)) {
    const from = partOf(file.path, folder);
    const to = partOf(target, folder);
    if (from === null || to === null || from === to || from === gatherer || shared.some((one) => one === to)) continue;
    return {
      message: `${from} may not know ${to}`,
      instead: `Move what both need into ${shared.join(" or ")}, or into a new file that architecture.ts names as shared.`,
    };
  }
  return null;
};

function isModule(specifier: string, module: string): boolean {
  return module.endsWith(":") ? specifier.startsWith(module) : isWithin(specifier, module);
}

function isRestricted(restriction: Restriction, file: SourceFile, site: ImportSite): boolean {
  const { modules, only, within, names } = restriction;
  if (!modules.some((module) => isModule(site.specifier, module))) return false;
  if (within !== undefined && !within.some((place) => isWithin(file.path, place))) return false;
  if (only.some((place) => isWithin(file.path, place))) return false;
  return names === undefined || site.names.some((name) => names.includes(name) || name === "*" || name === "default");
}

const checkRestrictions: ImportRule = (file, site) => {
  if (file.folder === null || file.isTest || site.isTypeOnly) return null;
  const broken = restrictions.find((restriction) => isRestricted(restriction, file, site));
  if (broken === undefined) return null;
  const what = broken.names === undefined ? site.specifier : `{ ${site.names.join(", ")} } of ${site.specifier}`;
  const where = broken.only.length === 0 ? "is not for this workspace" : `is only for ${broken.only.join(", ")}`;
  return { message: `${what} ${where}`, instead: broken.instead };
};

const rules: readonly ImportRule[] = [
  checkForm,
  checkWorkspace,
  checkFolder,
  checkEntry,
  checkStrangers,
  checkRestrictions,
];

export function checkImports(file: SourceFile): Violation[] {
  return file.imports.flatMap((site) =>
    rules.flatMap((rule) => {
      const broken = rule(file, site);
      return broken === null ? [] : [{ path: file.path, line: site.line, ...broken }];
    }),
  );
}
