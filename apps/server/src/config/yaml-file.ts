// ghostllm.yaml as a tree of plain values that remembers where each of them stands.

import { basename, resolve } from "node:path";
import { isMap, isNode, isScalar, LineCounter, type Document, parseDocument } from "yaml";

import type { ConfigProblem } from "./problems.ts";
import { fileVariable } from "./settings.ts";
import { type ConfigSources, readConfigFile, readVariable } from "./sources.ts";

export type YamlPath = readonly (string | number)[];

export interface YamlFile {
  /** Full path, null when there is no file. */
  readonly file: string | null;
  readonly isPublic: boolean;
  readonly root: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
  /** `ghostllm.yaml:3`, for messages. */
  locate(path: YamlPath): string;
}

const empty: YamlFile = { file: null, isPublic: false, root: {}, problems: [], locate: () => "" };

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Offset of the key, or of the list's entry, at a path; of the nearest one above where there is none. */
function findOffset(document: Document, path: YamlPath): number | null {
  if (path.length === 0) return null;
  const above = path.slice(0, -1);
  const parent = document.getIn(above, true);
  const pair = isMap(parent) ? parent.items.find(({ key }) => isScalar(key) && key.value === path.at(-1)) : null;
  const node = pair?.key ?? document.getIn(path, true);
  return (isNode(node) ? node.range?.[0] : undefined) ?? findOffset(document, above);
}

function unreadable(name: string, message: string, hint: string): Pick<YamlFile, "root" | "problems"> {
  return { root: {}, problems: [{ path: name, message, hint }] };
}

function readTree(document: Document, name: string, lines: LineCounter): Pick<YamlFile, "root" | "problems"> {
  if (document.errors.length > 0) {
    const problems = document.errors.map(({ pos, message }) => {
      const { line, col } = lines.linePos(pos[0]);
      return {
        path: `${name}:${line}:${col}`,
        message: `not valid YAML: ${message}`,
        hint: "Correct the syntax at this place.",
      };
    });
    return { root: {}, problems };
  }
  try {
    const root: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    if (isRecord(root)) return { root, problems: [] };
  } catch (error) {
    return unreadable(
      name,
      `not usable: ${error instanceof Error ? error.message : String(error)}`,
      "Write the values out.",
    );
  }
  return unreadable(name, "not a mapping of names to values", "Begin with a line such as `server:`.");
}

function parseYaml(file: string, text: string, isPublic: boolean): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const name = basename(file);
  const locate = (path: YamlPath): string => {
    const offset = findOffset(document, path);
    return offset === null ? name : `${name}:${lines.linePos(offset).line}`;
  };
  return { file, isPublic, locate, ...readTree(document, name, lines) };
}

export function readYaml(sources: ConfigSources): YamlFile {
  const named = readVariable(sources, fileVariable.variable);
  const file = resolve(sources.cwd, named ?? fileVariable.default);
  try {
    const content = (sources.readFile ?? readConfigFile)(file);
    if (content !== null) return parseYaml(file, content.text, content.isPublic);
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { ...empty, problems: [{ path: file, message, hint: "Make it a file that this user may read." }] };
  }
  if (named === null) return empty;
  const problem = {
    path: fileVariable.variable,
    message: `there is no file ${file}`,
    hint: "Correct the path or unset it.",
  };
  return { ...empty, problems: [problem] };
}
