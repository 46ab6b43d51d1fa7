import type { CheckedText } from "#config/check-text.ts";
import type { ConfigProblem } from "#config/problems.ts";

/** What the server was started with, for people: no secret is in it. */
export interface ConfigurationInForce {
  /** Epoch ms: when it was read last without a fault. */
  readonly readAt: number;
  /** Of the file as it is now: it is not in force for them. */
  readonly problems: readonly ConfigProblem[];
  /** Null where there is none. */
  readonly file: string | null;
  /** Of the file in force, without its secrets; null where there is none. */
  readonly text: string | null;
  /** What a text would be as the file; nothing comes in force by it. */
  check(text: string): CheckedText;
  /** Reads the file anew, and never rejects: what is wrong is among the problems. */
  reload(): Promise<void>;
  readonly settings: readonly {
    readonly path: string;
    readonly variable: string;
    readonly value: string | number | boolean | null;
    readonly origin: string;
    readonly help: string;
    /** Another value counts at once where the file is read anew, and not from the next start on. */
    readonly isLive: boolean;
    /** What the file has by now, and what needs a restart; null: the same. */
    readonly waiting: string | null;
  }[];
  readonly providers: readonly {
    readonly name: string;
    readonly type: string;
    readonly base_url: string | null;
    readonly credential: string | null;
    readonly origin: string;
  }[];
}
