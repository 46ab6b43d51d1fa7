// One answer, read from pieces by the lean client's parser, as a plain value that two readings can be compared by.

import { AnswerFault } from "#gateway/upstream/lean/answer-fault.ts";
import type { AnswerHead } from "#gateway/upstream/lean/answer-head.ts";
import { AnswerParser } from "#gateway/upstream/lean/answer-parser.ts";

export interface Reading {
  /** `open`: it has not ended when the vendor closes, and so is none. */
  readonly end: "whole" | "open" | "refused";
  readonly status: number | null;
  readonly headers: AnswerHead["headers"];
  /** One character per byte. */
  readonly body: string;
  /** Another request may go over the connection. */
  readonly keepsAlive: boolean;
}

export interface ToRead {
  readonly method: string;
  readonly pieces: readonly Buffer[];
}

/** The vendor closes behind the last piece. */
export function readAnswer({ method, pieces }: ToRead): Reading & { readonly fault: string | null } {
  const seen = new Seen();
  const parser = new AnswerParser(seen);
  parser.expect(method);
  let fault: string | null = null;
  try {
    for (const piece of pieces) {
      // What comes behind the end closes the connection before anybody reads it.
      if (seen.isOver) break;
      parser.push(Buffer.from(piece));
    }
    if (!seen.isOver) parser.finish();
  } catch (error) {
    if (!(error instanceof AnswerFault)) throw error;
    fault = error.message;
  }
  const end = fault !== null ? "refused" : seen.isOver ? "whole" : "open";
  const { status = null, headers = {} } = seen.head ?? {};
  const keepsAlive = end === "whole" && parser.keepsAlive;
  return { end, status, headers: { ...headers }, body: seen.body, keepsAlive, fault };
}

class Seen {
  head: AnswerHead | null = null;
  body = "";
  isOver = false;

  onHead(head: AnswerHead): void {
    if (this.head !== null) throw new Error("a second head");
    this.head = head;
  }

  onBody(slice: Buffer): void {
    if (this.head === null || this.isOver) throw new Error("a body out of its place");
    this.body += slice.toString("latin1");
  }

  onEnd(): void {
    if (this.head === null || this.isOver) throw new Error("an end out of its place");
    this.isOver = true;
  }
}
