// The same answer as Node's own parser reads it, which knows how far real servers may stray.

import { createRequire } from "node:module";
import type { Reading, ToRead } from "./read-answer.ts";

type Callback = (...values: never[]) => number | undefined;

interface NodeParser {
  [callback: number]: Callback;
  initialize(type: number, resource: object, maxHeaderBytes: number): void;
  execute(bytes: Buffer): number | Error;
  finish(): undefined | Error;
  close(): void;
}

interface NodeParserClass {
  new (): NodeParser;
  readonly RESPONSE: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
  readonly kOnHeaders: number;
}

const { HTTPParser } = createRequire(import.meta.url)("node:_http_common") as { readonly HTTPParser: NodeParserClass };

const mostHeadBytes = 1024 * 1024;
const goOn = 0;
const skipBody = 1;

class Seen {
  status: number | null = null;
  body = "";
  isOver = false;
  keepsAlive = false;
  readonly #isHeadOnly: boolean;

  constructor(method: string) {
    this.#isHeadOnly = method === "HEAD";
  }

  onHead(status: number, keepsAlive: boolean): number {
    if (this.isOver) return goOn;
    if (status < 200) return skipBody;
    this.status = status;
    this.keepsAlive = keepsAlive;
    return this.#isHeadOnly ? skipBody : goOn;
  }

  onBody(piece: Buffer): void {
    if (!this.isOver) this.body += piece.toString("latin1");
  }

  onEnd(): void {
    this.isOver ||= this.status !== null;
  }
}

/** Its headers are not compared: Node joins and drops some of them elsewhere. */
export function readWithLlhttp({ method, pieces }: ToRead): Omit<Reading, "headers"> {
  const seen = new Seen(method);
  const parser = parserFor(seen);
  let isRefused = false;
  for (const piece of pieces) {
    if (seen.isOver || isRefused) break;
    isRefused = parser.execute(Buffer.from(piece)) instanceof Error;
  }
  if (!seen.isOver && !isRefused) isRefused = parser.finish() instanceof Error;
  parser.close();
  const { status, body, keepsAlive } = seen;
  // What is wrong behind an answer does not change it.
  return { end: seen.isOver ? "whole" : isRefused ? "refused" : "open", status, body, keepsAlive };
}

function parserFor(seen: Seen): NodeParser {
  const parser = new HTTPParser();
  parser.initialize(HTTPParser.RESPONSE, {}, mostHeadBytes);
  parser[HTTPParser.kOnHeaders] = () => undefined;
  parser[HTTPParser.kOnHeadersComplete] = (
    _major: number,
    _minor: number,
    _headers: unknown,
    _method: unknown,
    _url: unknown,
    status: number,
    _words: unknown,
    _upgrades: boolean,
    keepsAlive: boolean,
  ) => seen.onHead(status, keepsAlive);
  parser[HTTPParser.kOnBody] = (piece: Buffer) => {
    seen.onBody(piece);
    return undefined;
  };
  parser[HTTPParser.kOnMessageComplete] = () => {
    seen.onEnd();
    return undefined;
  };
  return parser;
}
