// What a stream that may be gone on with needs of whoever has others go on with it.

import type { BegunAnswer, Dialect, StreamTap } from "@ghostllm/llm";
import type { MeasuredUsage } from "#gateway/flow/answer/measured-usage.ts";
import type { StreamVendorAnswer } from "#gateway/flow/answer/answer.ts";
import type { WhyLeft } from "#gateway/flow/tried.ts";

/** What goes on, and with what. */
export interface GoneOn {
  readonly answer: StreamVendorAnswer;
  readonly begun: BegunAnswer;
  readonly prefill: "continues" | "repeats";
  /** What says so in its stream; null where clients read no such thing. */
  readonly mark: Buffer | null;
}

export interface GoesOn {
  /** The client's. */
  readonly dialect: Dialect;
  /** To the client; `part`: by the vendor that goes on. */
  tell(told: Buffer, part: Buffer): void;
  /** Null: nobody goes on with it, and it ends as it has. */
  goOn(tap: StreamTap, why: WhyLeft): Promise<GoneOn | null>;
  /** Nobody waits for who is asked. */
  abandon(): void;
  /** Of the last part alone; null: there was one part, which is measured as ever. */
  usage(tap: StreamTap, isComplete: boolean): Promise<MeasuredUsage | null>;
}
