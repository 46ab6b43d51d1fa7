// What somebody else is asked about texts, and what he says.

import type { ProviderEntry } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Stage } from "./guarding.ts";

export type AskDeps = Pick<GatewayDeps, "upstream" | "authenticator" | "clock" | "version">;

export interface Question {
  readonly stage: Stage;
  readonly texts: readonly string[];
  /** More of the answer comes. */
  readonly isPart: boolean;
  readonly requestId: string;
  readonly model: string;
  readonly keyId: string;
  readonly userId: string;
  readonly teamId: string | null;
  /** By name. */
  readonly providers: ReadonlyMap<string, ProviderEntry>;
}

export interface Verdict {
  readonly outcome: "allow" | "flag" | "redact" | "block";
  /** In the order in which they were asked of; null: it stays. */
  readonly texts: readonly (string | null)[];
  /** For the client, where it blocks. */
  readonly reason: string | null;
}
