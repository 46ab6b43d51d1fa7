import type { ServerOptions } from "../support/server-process.ts";
import type { Stage } from "./stage.ts";

/** One way to exhaust the server. */
export interface Line {
  /** What is pressed. */
  readonly name: string;
  readonly what: string;
  /** With less of everything, as part of `npm test`. */
  readonly isQuick?: boolean;
  /** A server of its own, where the usual one will not do. */
  readonly server?: ServerOptions;
  /** Puts the server under pressure and lets go again. Throws where it answers otherwise than it should. */
  press(stage: Stage, scale: number): Promise<void>;
}

export function expectThat(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}
