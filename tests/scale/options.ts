// What is to be filled and measured: `npm run test:scale -- --help`.

import { parseArgs } from "node:util";

export type EngineName = "postgres" | "sqlite";

export interface Size {
  readonly rows: number;
  readonly keys: number;
  readonly users: number;
  readonly teams: number;
  readonly days: number;
}

export interface Options extends Size {
  readonly engines: readonly EngineName[];
  /** Calls of each route, after the first. */
  readonly calls: number;
  /** Requests a second by the gateway meanwhile. */
  readonly rate: number;
  /** Routes whose name has this word. */
  readonly only: string;
  /** A folder with the databases of a run before, or for those of this one; null: one that is removed. */
  readonly keep: string | null;
  /** Fills and measures nothing. */
  readonly isFillOnly: boolean;
}

const help = `npm run test:scale -- [options]
  --rows N      usage rows (10000000)       --keys N    keys (100000)
  --users N     users (10000)               --teams N   teams (500)
  --days N      over so many days (180)     --calls N   calls of each route (20)
  --rate N      requests/s meanwhile (100)  --engine E  postgres or sqlite (both)
  --only WORD   routes and sections whose name has it
  --keep DIR    keeps the databases there, and measures those that are there
  --fill        fills, and measures nothing`;

export function readOptions(): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    options: {
      ...{ rows: text, keys: text, users: text, teams: text, days: text, calls: text, rate: text },
      ...{ engine: text, only: text, keep: text, fill: { type: "boolean" }, help: { type: "boolean" } },
    },
  });
  if (values.help === true) {
    console.log(help);
    process.exit(0);
  }
  return {
    ...{ rows: numberOf(values.rows, 10_000_000), keys: numberOf(values.keys, 100_000) },
    ...{ users: numberOf(values.users, 10_000), teams: numberOf(values.teams, 500), days: numberOf(values.days, 180) },
    ...{ calls: numberOf(values.calls, 20), rate: numberOf(values.rate, 100) },
    engines: enginesOf(values.engine),
    ...{ only: values.only ?? "", keep: values.keep ?? null, isFillOnly: values.fill === true },
  };
}

function numberOf(text: string | undefined, usual: number): number {
  const number = text === undefined ? usual : Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${text} is no number of anything`);
  return number;
}

function enginesOf(name: string | undefined): readonly EngineName[] {
  if (name === undefined) return ["postgres", "sqlite"];
  if (name !== "postgres" && name !== "sqlite") throw new Error(`--engine takes postgres or sqlite, not ${name}`);
  return [name];
}
