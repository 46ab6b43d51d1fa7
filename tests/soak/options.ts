// How long and how much: `npm run soak -- --help`.

import { parseArgs } from "node:util";

export interface Options {
  readonly minutes: number;
  /** Requests a second. */
  readonly rate: number;
  /** From one look at the server to the next. */
  readonly everySeconds: number;
}

const most = { minutes: 24 * 60, rate: 500, everySeconds: 60 };

const help = `npm run soak -- [options]
  --minutes N   how long (60)
  --rate N      requests a second (100)
  --every N     seconds from one look at the server to the next (10)`;

export function readOptions(args: readonly string[]): Options {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: text, rate: text, every: text, help: { type: "boolean" } },
  });
  if (values.help === true) {
    console.log(help);
    process.exit(0);
  }
  return {
    minutes: numberOf(values.minutes, 60, most.minutes),
    rate: numberOf(values.rate, 100, most.rate),
    everySeconds: numberOf(values.every, 10, most.everySeconds),
  };
}

function numberOf(text: string | undefined, usual: number, atMost: number): number {
  const number = text === undefined ? usual : Number(text);
  if (!(number > 0 && number <= atMost)) throw new Error(`${text} is no number above 0 and up to ${atMost}`);
  return number;
}
