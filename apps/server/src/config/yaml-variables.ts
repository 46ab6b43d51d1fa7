// `${NAME}` in the values of ghostllm.yaml. What it stands for is put in place of it in the tree, behind the parser: no variable can
// add a line or a name to the file.

import { type Document, isScalar, type Node, Scalar, visit } from "yaml";

import type { ConfigProblem } from "./problems.ts";

export interface Filled {
  /** Whose values are not in the file. */
  readonly nodes: ReadonlySet<Node>;
  readonly problems: readonly ConfigProblem[];
}

/** `$${` is how `${` itself is written. */
const pattern = /\$(?:\$\{|\{([^}]*)\})/g;
const name = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/s;

export function fillVariables(
  document: Document,
  read: (name: string) => string | null,
  place: (offset: number) => string,
): Filled {
  const nodes = new Set<Node>();
  const problems: ConfigProblem[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === "key" || typeof node.value !== "string" || !node.value.includes("${")) return;
      const report = (message: string, hint: string): string => {
        problems.push({ path: place(node.range?.[0] ?? 0), message, hint });
        return "";
      };
      const text = node.value.replace(pattern, (whole, inner?: string) => {
        if (inner === undefined) return "${";
        return valueOf(inner, read) ?? report(...complaintOf(inner, whole));
      });
      if (isReference(node.value)) nodes.add(node);
      node.value = isScalar(node) && node.type === Scalar.PLAIN ? asPlain(text) : text;
    },
  });
  return { nodes, problems };
}

function isReference(text: string): boolean {
  return [...text.matchAll(pattern)].some(([, inner]) => inner !== undefined);
}

function valueOf(inner: string, read: (name: string) => string | null): string | null {
  const [, variable, fallback] = name.exec(inner) ?? [];
  return variable === undefined ? null : (read(variable) ?? fallback ?? null);
}

function complaintOf(inner: string, whole: string): [message: string, hint: string] {
  const [, variable] = name.exec(inner) ?? [];
  return variable === undefined
    ? [`\`${whole}\` names no variable`, "Write `${NAME}`, or `$${` for the two characters themselves."]
    : [`the variable ${variable} is not set`, `Set it, or write \`\${${variable}:-default}\`.`];
}

/** Without quotes it is what YAML would have read there. */
function asPlain(text: string): unknown {
  if (text === "true" || text === "false") return text === "true";
  return /^-?(?:0|[1-9]\d{0,14})$/.test(text) ? Number(text) : text;
}
