// One attempt to send an event to a webhook, and what it showed.

import type { Clock } from "#domain/clock.ts";
import type { Secret } from "#domain/secret.ts";
import { signedHeaders } from "#domain/webhook-signature.ts";

export interface TextAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
}

/** Sends it with POST and follows no redirect. Rejects where no answer came, or nobody may ask there. */
export type PostText = (request: {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly timeoutMs: number;
}) => Promise<TextAnswer>;

export interface Attempt {
  readonly isDelivered: boolean;
  /** The receiver wants nothing more. */
  readonly isGone: boolean;
  readonly status: number | null;
  readonly error: string | null;
  /** How long the receiver asks not to be asked again; 0 where it does not say. */
  readonly restMs: number;
  readonly durationMs: number;
}

export interface WebhookPostDeps {
  readonly post: PostText;
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Of GhostLLM. */
  readonly version: string;
}

interface Sending {
  readonly url: string;
  readonly secret: Secret;
  readonly eventId: string;
  readonly event: string;
}

const longestRestMs = 60 * 60 * 1_000;

export async function attemptDelivery(
  { post, clock, timeoutMs, version }: WebhookPostDeps,
  { url, secret, eventId, event }: Sending,
): Promise<Attempt> {
  const startedAt = clock.monotonic();
  const timestamp = Math.floor(clock.now() / 1000);
  const headers = {
    "content-type": "application/cloudevents+json; charset=utf-8",
    "user-agent": `GhostLLM/${version}`,
    ...signedHeaders(secret, { id: eventId, timestamp, body: event }),
  };
  try {
    const answer = await post({ url, headers, body: event, timeoutMs });
    return { ...judge(answer, clock.now()), durationMs: clock.monotonic() - startedAt };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ...unanswered, error: reason, durationMs: clock.monotonic() - startedAt };
  }
}

const unanswered = { isDelivered: false, isGone: false, status: null, restMs: 0 } as const;

function judge({ status, retryAfter }: TextAnswer, nowMs: number): Omit<Attempt, "durationMs"> {
  const isDelivered = status >= 200 && status < 300;
  return {
    ...{ isDelivered, status, isGone: status === 410 },
    error: isDelivered ? null : describeStatus(status),
    restMs: status === 429 || status === 503 ? restOf(retryAfter, nowMs) : 0,
  };
}

function describeStatus(status: number): string {
  if (status >= 300 && status < 400) return `HTTP ${status}: redirects are not followed, give the address they lead to`;
  return status === 410 ? "HTTP 410: the receiver wants nothing more" : `HTTP ${status}`;
}

/** Seconds, or a date. */
function restOf(retryAfter: string | null, nowMs: number): number {
  if (retryAfter === null) return 0;
  const ms = /^\d+$/.test(retryAfter) ? Number(retryAfter) * 1000 : Date.parse(retryAfter) - nowMs;
  return Number.isFinite(ms) ? Math.min(longestRestMs, Math.max(0, ms)) : 0;
}
