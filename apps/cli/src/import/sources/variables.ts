// Values that files leave to the environment: from a file of NAME=value lines, from there where the source keeps some itself, or from the environment of this program.

import { parseEnv } from "node:util";
import { readVariable } from "#connection.ts";

export class Variables {
  readonly #given: Readonly<Record<string, string | undefined>>;
  #kept: Readonly<Record<string, string>> = {};

  /** `text`: of the file; null where there is none. */
  constructor(text: string | null) {
    this.#given = text === null ? {} : parseEnv(text);
  }

  /** What the source keeps of its own environment. */
  keep(values: Readonly<Record<string, string>>): void {
    this.#kept = values;
  }

  find(name: string): string | null {
    return this.#given[name] ?? readVariable(name) ?? this.#kept[name] ?? null;
  }
}
