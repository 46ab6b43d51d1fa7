// The rules about who may import whom. Tests may reach into everything, as long as they use a workspace's front door.

import { doors, entries, type Restriction, restrictions, strangers, workspaces } from "../../architecture.ts";
import { checkFolder } from "./folder-rules.ts";
import { resolveInside } from "./resolve-import.ts";
import type { ImportSite } from "./scan-source.ts";
import { isWithin, type SourceFile, type Violation } from "./source-file.ts";

type ImportRule = (file: SourceFile, site: ImportSite) => Omit<Violation, "path" | "line"> | null;

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
  if (below !== undefined && !doors.includes(specifier)) {
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
  // Strangers are in lines of their own, or in one: of both rules the first says better what to do.
  (file, site) => checkStrangers(file, site) ?? checkFolder(file, site),
  checkEntry,
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
