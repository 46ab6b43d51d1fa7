import type { Config } from "./config.ts";
import type { Kind } from "./kinds.ts";

export interface Setting<Value> {
  /** In ghostllm.yaml, dots between the levels. */
  readonly path: string;
  readonly variable: string;
  /** Another spelling of the variable, which goes before it. */
  readonly alsoVariable?: string;
  readonly kind: Kind<Value>;
  readonly default: Value;
  readonly help: string;
  /** A shorter secret is accepted with a warning. */
  readonly advisedLength?: number;
  /** Another value counts at once where the file is read anew; left out: from the next start on. Whoever uses it reads it each time. */
  readonly isLive?: true;
  read(config: Config): Value;
}

export const setting = <Value>(one: Setting<Value>): Setting<Value> => one;
