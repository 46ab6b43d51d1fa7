export interface Layer {
  readonly key: string;
  readonly label: string;
  /** Name of a variable of the theme. */
  readonly colour: string;
  /** One for each time. */
  readonly values: readonly number[];
}

/** Each layer upon those before it, as sums; the last one is the height of all. */
export function stack(layers: readonly Layer[]): readonly number[][] {
  const sums: number[][] = [];
  for (const { values } of layers) {
    const below = sums.at(-1);
    sums.push(values.map((value, at) => value + (below?.[at] ?? 0)));
  }
  return sums;
}
