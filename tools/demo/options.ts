import { parseArgs } from "node:util";

export interface DemoOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Live requests in a second, on average. */
  readonly rate: number;
  readonly seed: number;
  readonly weeks: number;
  /** Of the past. */
  readonly requests: number;
}

export const usage = `npm run demo -- [options]: GhostLLM with fake vendors, people, a past and live traffic

  --port N         port to listen on; 0 takes any free one (default 8080)
  --rate N         live requests in a second, on average; 0 for none (default 3)
  --seed N         of all that is made up (default 1)
  --weeks N        how long the past is (default 8)
  --requests N     how many requests it has (default 90000)
  --no-history     no past
`;

/** Null where the usage is asked for. Throws a sentence at an option that makes no sense. */
export function readOptions(args: readonly string[]): DemoOptions | null {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: "string", default: "8080" },
      rate: { type: "string", default: "3" },
      seed: { type: "string", default: "1" },
      weeks: { type: "string", default: "8" },
      requests: { type: "string", default: "90000" },
      "no-history": { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return null;
  const requests = readNumber("requests", values.requests, 5_000_000);
  return {
    port: readNumber("port", values.port, 65_535),
    rate: readNumber("rate", values.rate, 500),
    seed: readNumber("seed", values.seed, 2 ** 32 - 1),
    weeks: Math.max(1, readNumber("weeks", values.weeks, 520)),
    requests: values["no-history"] ? 0 : requests,
  };
}

function readNumber(name: string, text: string, most: number): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value <= most) return value;
  throw new Error(`--${name} is a number from 0 to ${most}, and not ${text}`);
}
