// A request as Node's own parser reads it, which decides about all that is not plain.

import { createRequire } from "node:module";

type Callback = (...values: never[]) => number | undefined;

interface NodeParser {
  [callback: number]: Callback;
  initialize(type: number, resource: object, maxHeaderBytes: number): void;
  execute(bytes: Buffer): number | Error;
  close(): void;
}

interface NodeParserClass {
  new (): NodeParser;
  readonly REQUEST: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
  readonly kOnHeaders: number;
}

const { HTTPParser, methods } = createRequire(import.meta.url)("node:_http_common") as {
  readonly HTTPParser: NodeParserClass;
  readonly methods: readonly string[];
};

const mostHeadBytes = 32 * 1024;

/** The first request of some bytes. */
export interface ReadRequest {
  readonly isRefused: boolean;
  /** Null where its head did not come to an end. */
  readonly method: string | null;
  readonly url: string;
  /** Name and value in turns, as they came. */
  readonly headers: readonly string[];
  readonly body: string;
  readonly isWhole: boolean;
  readonly keepsAlive: boolean;
  readonly isUpgrade: boolean;
}

export function readRequestWithLlhttp(bytes: Buffer): ReadRequest {
  const seen: Seen = {
    method: null,
    url: "",
    headers: [],
    body: "",
    isWhole: false,
    keepsAlive: false,
    isUpgrade: false,
  };
  const parser = parserFor(seen);
  const isRefused = parser.execute(Buffer.from(bytes)) instanceof Error;
  parser.close();
  // What is wrong behind a request does not change it.
  return { ...seen, isRefused: isRefused && !seen.isWhole };
}

type Seen = { -readonly [Key in Exclude<keyof ReadRequest, "isRefused" | "headers">]: ReadRequest[Key] } & {
  readonly headers: string[];
};

function parserFor(seen: Seen): NodeParser {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.REQUEST, {}, mostHeadBytes);
  // More headers than it hands over at once.
  parser[HTTPParser.kOnHeaders] = (headers: readonly string[], url: string) => {
    if (seen.isWhole) return undefined;
    seen.headers.push(...headers);
    seen.url += url;
    return undefined;
  };
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    headers: readonly string[] | undefined,
    method: number,
    url: string | undefined,
    _status: number,
    _words: unknown,
    isUpgrade: boolean,
    keepsAlive: boolean,
  ) => {
    if (seen.isWhole) return 0;
    seen.method = methods[method] ?? "";
    seen.headers.push(...(headers ?? []));
    seen.url += url ?? "";
    seen.isUpgrade = isUpgrade;
    seen.keepsAlive = keepsAlive;
    return 0;
  };
  parser[HTTPParser.kOnBody] = (piece: Buffer) => {
    if (!seen.isWhole) seen.body += piece.toString("latin1");
    return undefined;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    seen.isWhole = seen.method !== null;
    return undefined;
  };
  return parser;
}
