// Names in ghostllm.yaml that nothing has, at every level. Called by load.ts.

import { type ConfigProblem, suggest } from "./problems.ts";
import { isRecord, type YamlFile } from "./yaml-file.ts";

type Tree = Readonly<Record<string, unknown>>;

/** `paths`: all that there are, dots between the levels. */
export function findUnknownKeys(yaml: YamlFile, paths: readonly string[]): readonly ConfigProblem[] {
  return findBelow(yaml, paths, yaml.root, []);
}

function findBelow(yaml: YamlFile, paths: readonly string[], node: Tree, above: readonly string[]): ConfigProblem[] {
  const below = paths.map((path) => path.split(".")).filter((path) => above.every((key, level) => path[level] === key));
  const known = [...new Set(below.flatMap((path) => path[above.length] ?? []))];
  return Object.entries(node).flatMap(([key, value]) => {
    const path = [...above, key];
    const place = `${yaml.pointAt(path)} ${path.join(".")}`;
    if (!known.includes(key)) return [{ path: place, message: `unknown key \`${key}\``, hint: suggest(key, known) }];
    if (paths.includes(path.join("."))) return [];
    if (isRecord(value)) return findBelow(yaml, paths, value, path);
    if (value === null) return [];
    return [
      {
        path: place,
        message: "this holds other settings and no value of its own",
        hint: "Write them below it, indented.",
      },
    ];
  });
}
