// Values that files leave to the environment: those that were given, from there where the source keeps some itself, or from the environment of this program.

type Values = Readonly<Record<string, string | undefined>>;

export class Variables {
  readonly #given: Values;
  readonly #ofProgram: (name: string) => string | null;
  #kept: Values = {};

  /** `ofProgram`: of who has no environment there is none. */
  constructor(given: Values, ofProgram: (name: string) => string | null = () => null) {
    this.#given = given;
    this.#ofProgram = ofProgram;
  }

  /** What the source keeps of its own environment. */
  keep(values: Values): void {
    this.#kept = values;
  }

  find(name: string): string | null {
    return this.#given[name] ?? this.#ofProgram(name) ?? this.#kept[name] ?? null;
  }
}
