import type { Secret } from "#domain/secret.ts";

/** How the outside is told what happens. */
export interface EventOptions {
  /** What events name as their source. */
  readonly source: string;
  /** Holds a password: never print it. */
  readonly natsUrl: Secret | null;
  readonly natsStream: string;
  /** None where it is told nothing. */
  readonly kafkaBrokers: readonly string[];
  readonly kafkaTopic: string;
  /** Most events that wait for whom they are for. */
  readonly backlog: number;
  readonly backlogMs: number;
  readonly webhookTimeoutMs: number;
  readonly webhookRetryMs: number;
  readonly webhookAttempts: number;
  readonly webhookDisableMs: number;
}
