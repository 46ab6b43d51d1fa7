// ghostllm.yaml as a tree of plain values that remembers where each of them stands.

import { basename, resolve } from "node:path";
import { isMap, isNode, isScalar, LineCounter, type Document, parseDocument, type YAMLError } from "yaml";

import type { ConfigProblem } from "./problems.ts";
import { fileVariable } from "./settings.ts";
import { type ConfigSources, isUrl, readConfigFile, readVariable } from "./sources.ts";
import { fillVariables, type Filled } from "./yaml-variables.ts";

export type YamlPath = readonly (string | number)[];

export interface YamlFile {
  /** Full path or URL, null when there is no file. */
  readonly file: string | null;
  /** As messages call it. */
  readonly name: string;
  readonly isPublic: boolean;
  /** As it was read; null when there is no file. */
  readonly text: string | null;
  readonly root: Readonly<Record<string, unknown>>;
  readonly problems: readonly ConfigProblem[];
  /** `ghostllm.yaml:3`, for what is said of a value. */
  locate(path: YamlPath): string;
  /** `ghostllm.yaml:3:7`, for what is wrong with it: where its name stands, or the value itself. */
  pointAt(path: YamlPath, at?: "name" | "value"): string;
  /** The value as it is written; null where that is no single one. */
  sourceOf(path: YamlPath): string | null;
  /** Does the file itself hold the value, so that whoever reads the one has the other? */
  isWrittenOut(path: YamlPath): boolean;
}

const empty: YamlFile = {
  ...{ file: null, name: "", isPublic: false, text: null, root: {}, problems: [] },
  ...{ locate: () => "", pointAt: () => "", sourceOf: () => null, isWrittenOut: () => false },
};

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

function findValueOffset(document: Document, path: YamlPath): number | null {
  const node = document.getIn(path, true);
  return (isScalar(node) ? node.range?.[0] : undefined) ?? findOffset(document, path);
}

type Tree = Pick<YamlFile, "root" | "problems">;

function unreadable(name: string, message: string, hint: string): Tree {
  return { root: {}, problems: [{ path: name, message, hint }] };
}

/** A file with a name twice can be read still, so that all else that is wrong with it is told, too. */
const isFatal = ({ code }: YAMLError): boolean => code !== "DUPLICATE_KEY";

function toProblem({ code, pos, message }: YAMLError, name: string, lines: LineCounter): ConfigProblem {
  const { line, col } = lines.linePos(pos[0]);
  const path = `${name}:${line}:${col}`;
  if (code === "DUPLICATE_KEY")
    return { path, message: "this name stands here already", hint: "Write it once: all that is below it, together." };
  return { path, message: `not valid YAML: ${message}`, hint: "Correct the syntax at this place." };
}

function readTree(document: Document, name: string, lines: LineCounter): Tree {
  const problems = document.errors.map((error) => toProblem(error, name, lines));
  if (document.errors.some(isFatal)) return { root: {}, problems };
  try {
    const root: unknown = document.toJS({ maxAliasCount: 100 }) ?? {};
    if (isRecord(root)) return { root, problems };
  } catch (error) {
    return unreadable(
      name,
      `not usable: ${error instanceof Error ? error.message : String(error)}`,
      "Write the values out.",
    );
  }
  return unreadable(name, "not a mapping of names to values", "Begin with a line such as `server:`.");
}

interface Content {
  readonly file: string;
  readonly text: string;
  readonly isPublic: boolean;
}

function parseYaml({ file, text, isPublic }: Content, variable: (name: string) => string | null): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const name = nameOf(file);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${name}:${line}:${col}`;
  };
  const filled: Filled = document.errors.some(isFatal)
    ? { nodes: new Set(), problems: [] }
    : fillVariables(document, variable, place);
  const tree = readTree(document, name, lines);
  return {
    ...{ file, name, isPublic, text, root: tree.root, problems: [...tree.problems, ...filled.problems] },
    locate: (path) => {
      const offset = findOffset(document, path);
      return offset === null ? name : `${name}:${lines.linePos(offset).line}`;
    },
    pointAt: (path, at = "name") => {
      const offset = at === "name" ? findOffset(document, path) : findValueOffset(document, path);
      return offset === null ? name : place(offset);
    },
    sourceOf: (path) => {
      const node = document.getIn(path, true);
      return isScalar(node) && !filled.nodes.has(node) ? (node.source ?? null) : null;
    },
    isWrittenOut: (path) => {
      const node = document.getIn(path, true);
      const isElsewhere = isScalar(node) && (filled.nodes.has(node) || String(node.value).startsWith("file:"));
      return !isElsewhere;
    },
  };
}

/** Of a URL what is behind its last slash. */
function nameOf(file: string): string {
  return isUrl(file) ? basename(URL.parse(file)?.pathname ?? file) || file : basename(file);
}

/** Which file is read: its full path, or its URL. */
export function configFileOf(sources: ConfigSources): { readonly file: string; readonly isNamed: boolean } {
  const named = readVariable(sources, fileVariable.variable);
  const file = named !== null && isUrl(named) ? named : resolve(sources.cwd, named ?? fileVariable.default);
  return { file, isNamed: named !== null };
}

export function readYaml(sources: ConfigSources): YamlFile {
  const { file, isNamed } = configFileOf(sources);
  try {
    const content = (sources.readFile ?? readConfigFile)(file);
    if (content !== null) return parseYaml({ file, ...content }, (name) => readVariable(sources, name));
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    return { ...empty, problems: [{ path: file, message, hint: "Make it a file that this user may read." }] };
  }
  if (!isNamed) return empty;
  const message = `there is no file ${file}`;
  return { ...empty, problems: [{ path: fileVariable.variable, message, hint: "Correct the path or unset it." }] };
}
