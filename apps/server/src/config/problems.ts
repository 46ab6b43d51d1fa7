// What is wrong with a configuration, all of it at once, in words that an operator can act on.

export interface ConfigProblem {
  /** Where: a variable (`SERVER_PORT`), or a place in the file (`ghostllm.yaml:3 server.port`). */
  readonly path: string;
  readonly message: string;
  readonly hint: string;
}

/** For programs. */
export interface DescribedProblem {
  /** As it is called: a file, or the name of a variable. */
  readonly source: string;
  readonly line: number | null;
  readonly column: number | null;
  /** In the file, dots between the levels. */
  readonly setting: string | null;
  readonly message: string;
  readonly hint: string;
}

export function describeProblem({ path, message, hint }: ConfigProblem): DescribedProblem {
  const [, source = path, line = null, column = null, setting = null] =
    /^(\S+?)(?::(\d+))?(?::(\d+))?(?: (\S.*))?$/.exec(path) ?? [];
  return { source, line: numberOf(line), column: numberOf(column), setting, message, hint };
}

function numberOf(digits: string | null): number | null {
  return digits === null ? null : Number(digits);
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(({ path, message, hint }) => `  ${path}: ${message}. ${hint}`);
    super(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${lines.join("\n")}`,
    );
    this.problems = problems;
  }
}

/** Number of edits (a letter added, dropped, replaced, or swapped with its neighbour) that turn one word into the other. */
function editDistance(from: string, to: string): number {
  const at = (row: readonly number[] | undefined, column: number): number => row?.[column] ?? 0;
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  for (let line = 1; line <= from.length; line += 1) {
    const row = [line];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = at(rows[line - 1], column - 1) + (from[line - 1] === to[column - 1] ? 0 : 1);
      const isSwap = from[line - 1] === to[column - 2] && from[line - 2] === to[column - 1];
      const swapped = isSwap ? at(rows[line - 2], column - 2) + 1 : replaced;
      row.push(Math.min(replaced, swapped, at(rows[line - 1], column) + 1, at(row, column - 1) + 1));
    }
    rows.push(row);
  }
  return at(rows[from.length], to.length);
}

/** The known word that was most likely meant, or null when none is near. */
export function findSimilar(word: string, known: readonly string[]): string | null {
  const tolerated = word.length < 5 ? 1 : 2;
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ distance }) => distance <= tolerated)
    .toSorted((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate ?? null;
}

export function suggest(word: string, known: readonly string[]): string {
  const similar = findSimilar(word, known);
  return similar === null ? `Known here: ${known.join(", ")}.` : `Did you mean \`${similar}\`?`;
}
