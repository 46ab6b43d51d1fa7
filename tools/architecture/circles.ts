// No file may lead back to itself by imports, those of types included: who reads one file of a circle must read them all.

import { resolveInside } from "./resolve-import.ts";
import type { SourceFile, Violation } from "./source-file.ts";

type Graph = ReadonlyMap<string, readonly string[]>;

function importsOf(files: readonly SourceFile[]): Graph {
  const guarded = files.filter(({ folder, path, isTest }) => !isTest && (folder !== null || path.startsWith("tools/")));
  const known = new Set(guarded.map(({ path }) => path));
  return new Map(
    guarded.map((file) => {
      const targets = file.imports.flatMap((site) => resolveInside(file, site) ?? []);
      return [file.path, targets.filter((path) => known.has(path))];
    }),
  );
}

/** The shortest way from a file back to itself; null where there is none. */
function findCircle(start: string, graph: Graph): readonly string[] | null {
  const cameFrom = new Map<string, string>();
  const reached = [start];
  // Grows while it is walked: what lies nearer comes first.
  for (const path of reached) {
    for (const next of graph.get(path) ?? []) {
      if (next === start) return wayTo(path, cameFrom);
      if (cameFrom.has(next)) continue;
      cameFrom.set(next, path);
      reached.push(next);
    }
  }
  return null;
}

function wayTo(end: string, cameFrom: ReadonlyMap<string, string>): readonly string[] {
  const way = [end];
  for (let at = cameFrom.get(end); at !== undefined; at = cameFrom.get(at)) way.unshift(at);
  return way;
}

/** Every file is in one circle at most of those that are told: to open one often opens more. */
function findCircles(graph: Graph): readonly (readonly string[])[] {
  const told = new Set<string>();
  return [...graph.keys()].toSorted().flatMap((path) => {
    const circle = told.has(path) ? null : findCircle(path, graph);
    for (const one of circle ?? []) told.add(one);
    return circle === null ? [] : [circle];
  });
}

export function checkCircles(files: readonly SourceFile[]): Violation[] {
  return findCircles(importsOf(files)).map((circle) => ({
    path: circle[0] ?? "",
    line: 1,
    message: `is in a circle of imports: ${[...circle, circle[0]].join(" -> ")}`,
    instead: "Move what both sides need, often a type, into a file that imports neither.",
  }));
}
