import { parseArgs } from "node:util";
import { laneNames, type LaneName } from "./gateway.ts";
import { partNames, type PartName } from "./parts.ts";

export interface BenchOptions {
  readonly json: string | null;
  readonly writeDocs: boolean;
  readonly lanes: readonly LaneName[];
  /** What is measured, in the order of `partNames`. */
  readonly parts: ReadonlySet<PartName>;
  /** A commit whose server is measured beside this tree's, in the same rounds. */
  readonly against: string | null;
  /** A folder for CPU profiles of this tree's server, one a thread. */
  readonly profile: string | null;
  readonly withNginx: boolean;
  /** Beside them a process of Node that only carries bytes. */
  readonly withFloor: boolean;
  /** A file that lists other gateways, to be measured beside GhostLLM. */
  readonly peers: string | null;
  /** Fixed where another gateway must be told beforehand where its vendor is. */
  readonly upstreamPort: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmSeconds: number;
  readonly concurrency: number;
  readonly rate: number;
  readonly streams: number;
  readonly chunks: number;
  readonly streamSeconds: number;
  readonly rampMs: number;
}

export const usageText = `npm run bench -- [options]
  --quick                one short round of everything
  --only small,stream    some of ${partNames.join(", ")}
  --lanes bare,governed  lanes of GhostLLM to measure; another one is cached: hits of an alias that keeps its answers
  --against REF          the server of another commit beside this one, round by round, and their ratio
  --seconds N            length of one measurement (default 3)
  --rounds N             measurements per target and workload (default 3)
  --concurrency N        connections under full load (default 32)
  --rate N               requests per second for the latency (default 200)
  --streams N            paced streams at once (default 500, 0 for none)
  --floor                a process of Node beside them that only carries bytes: the least that it can cost
  --no-nginx             leave nginx out even where it is installed
  --profile FOLDER       write CPU profiles of this tree's server there, and say where its time goes
  --json FILE            write every figure to FILE
  --write-docs           put the tables into docs/performance.md; those with peers have a place of their own
  --peers FILE           other gateways beside GhostLLM, in the same rounds: docs/performance.md has the form of FILE
  --upstream-port N      the port of the fake vendor, for peers that are configured with it
`;

const most = { rounds: 20, seconds: 30, concurrency: 512, rate: 20_000, streams: 5_000 };

export function readOptions(parameters: readonly string[]): BenchOptions | "help" {
  const { values } = parseArgs({ args: [...parameters], allowNegative: true, options: knownOptions });
  if (values.help === true) return "help";
  const quick = values.quick === true;
  return {
    json: values.json ?? null,
    writeDocs: values["write-docs"] === true,
    lanes: readNames("lanes", values.lanes, laneNames),
    parts: new Set(readNames("only", values.only ?? partNames.join(","), partNames)),
    against: values.against ?? null,
    profile: values.profile ?? null,
    withNginx: values.nginx !== false,
    withFloor: values.floor === true,
    peers: values.peers ?? null,
    upstreamPort: readNumber("upstream-port", values["upstream-port"] ?? "0", 65_535),
    rounds: readNumber("rounds", values.rounds ?? (quick ? "1" : "3"), most.rounds),
    seconds: readNumber("seconds", values.seconds ?? (quick ? "1" : "3"), most.seconds),
    warmSeconds: quick ? 0.5 : 2,
    concurrency: readNumber("concurrency", values.concurrency ?? "32", most.concurrency),
    rate: readNumber("rate", values.rate ?? "200", most.rate),
    streams: readNumber("streams", values.streams ?? "500", most.streams),
    chunks: 60,
    streamSeconds: 3,
    rampMs: 500,
  };
}

const knownOptions = {
  help: { type: "boolean" },
  quick: { type: "boolean" },
  nginx: { type: "boolean" },
  floor: { type: "boolean" },
  "write-docs": { type: "boolean" },
  json: { type: "string" },
  only: { type: "string" },
  against: { type: "string" },
  profile: { type: "string" },
  lanes: { type: "string", default: "bare,governed" },
  seconds: { type: "string" },
  rounds: { type: "string" },
  concurrency: { type: "string" },
  rate: { type: "string" },
  streams: { type: "string" },
  peers: { type: "string" },
  "upstream-port": { type: "string" },
} as const;

/** Bounded, so that a slip of the finger does not load the machine for hours. */
export function readNumber(name: string, text: string, largest: number): number {
  const value = Number(text);
  if (text === "" || !(value >= 0 && value <= largest))
    throw new Error(`--${name} is a number up to ${largest}, not ${text}`);
  return value;
}

function readNames<Name extends string>(option: string, text: string, known: readonly Name[]): Name[] {
  return text.split(",").map((name) => {
    const found = known.find((each) => each === name.trim());
    if (found === undefined) throw new Error(`--${option} knows ${known.join(", ")}, not ${name}`);
    return found;
  });
}
