import type { OutletHeaders } from "#gateway/flow/answer/outlet.ts";

/** The way back to a client, of one request: what HttpOutlet writes to. */
export interface ClientResponse {
  /** Its head is written, or waits for what is written first. */
  readonly hasBegun: boolean;
  /** Headers are told at its end. Absent: where it begins. */
  readonly tellsHeadLast?: true;
  /** All of it is with the kernel. */
  readonly hasLeft: boolean;
  /** The client takes no more for now. */
  readonly isFull: boolean;
  /** Nothing more can be written. */
  readonly isGone: boolean;
  header(name: string): unknown;
  setHeader(name: string, value: string | number): void;
  /** The connection closes behind it. */
  letGo(): void;
  /** All of an answer, whose length its headers tell; null where they are all there is. */
  send(status: number, headers: OutletHeaders, body: string | Buffer | null): void;
  /** The head of an answer whose body is written piece by piece; it leaves with the first of them. */
  begin(status: number, headers: OutletHeaders): void;
  /** False where the client takes no more for now. */
  write(bytes: string | Buffer, whenLeft?: () => void): boolean;
  end(lastBytes: Buffer | null): void;
  /** Breaks the connection. */
  destroy(): void;
  whenDrained(callback: () => void): void;
  /** Calls back once, when all of it has left or its connection is closed. Asked once. */
  whenOver(callback: () => void): void;
}
