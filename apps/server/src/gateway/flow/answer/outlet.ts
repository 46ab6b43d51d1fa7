export type OutletHeaders = Readonly<Record<string, string | number>>;

/** Where an answer goes, and whether somebody is there to take it. Nothing that is written to a client who has left does any harm. */
export interface Outlet {
  /** The client left before its answer was complete. */
  readonly isClientGone: boolean;
  /** The answer has begun: nothing can be told in its place any more. */
  readonly hasBegun: boolean;
  /** The client takes no more for now. */
  readonly isFull: boolean;
  /** The client asked for what an answer begins with, and for no more. */
  readonly isHeadOnly: boolean;
  /** For whatever will be answered. */
  addHeaders(headers: OutletHeaders): void;
  /** The whole of an answer, at once. Does nothing where one has begun. */
  answer(status: number, headers: OutletHeaders, body: string | Buffer): void;
  /** Begins an answer whose length is not known. Its headers leave with the first write. */
  begin(status: number, headers: OutletHeaders): void;
  /** False when the client takes no more for now: nothing should be written until it is drained. */
  write(bytes: string | Buffer): boolean;
  /** Calls back once when the client takes more again. */
  whenDrained(callback: () => void): void;
  /** The end of an answer that is complete. */
  end(lastBytes: Buffer | null): void;
  /** The end of an answer that cannot go on, such that every client notices. */
  cut(lastBytes: Buffer | null): void;
  /** Calls back once when the client leaves, at once if it has left already. Only the last callback counts. */
  whenClientGone(callback: (() => void) | null): void;
  /** Calls back once when all of the answer is with the kernel or its connection is closed; at once if that is so already. */
  whenLeft(callback: () => void): void;
}
