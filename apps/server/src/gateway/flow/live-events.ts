// Tells whoever looks on at the moment what no record is made of: that a request begins, and that a limit refuses one. While nobody
// looks on it costs a request the reading of one field.

import { GhostError } from "@ghostllm/contract";
import type { PrivacyCount } from "@ghostllm/contract";
import type { EventData } from "@ghostllm/contract/events";
import type { ParsedRequest } from "@ghostllm/llm";
import type { Clock } from "#domain/clock.ts";
import { draftEvent } from "#domain/event.ts";
import type { Principal } from "#domain/principal.ts";
import type { Signals } from "#link/signals.ts";

/** What is told of a call. */
interface Told {
  readonly exchange: { readonly id: string; readonly path: string };
  readonly principal: Pick<Principal, "keyId" | "userId">;
  readonly request: Pick<ParsedRequest, "operation" | "stream">;
  readonly candidates: { readonly requested: string };
}

type LiveName = "request.start" | "rate.exceeded" | "privacy.blocked" | "guardrail.blocked";

export class LiveEvents {
  readonly #signals: Pick<Signals, "send">;
  readonly #clock: Clock;
  readonly #stopListening: () => void;
  #timer: NodeJS.Timeout | undefined;
  isWanted = false;

  constructor({ signals, clock }: { readonly signals: Pick<Signals, "send" | "listen">; readonly clock: Clock }) {
    this.#signals = signals;
    this.#clock = clock;
    this.#stopListening = signals.listen("events_watched", ({ forMs }) => this.#want(forMs));
  }

  close(): void {
    this.#stopListening();
    clearTimeout(this.#timer);
    this.isWanted = false;
  }

  /** Only where `isWanted`. */
  admitted(call: Told): void {
    const { operation, stream: streamed } = call.request;
    const requested = call.candidates.requested.slice(0, longestName).toWellFormed();
    this.#tell("request.start", { ...factsOf(call), requested_model: requested, operation, streamed });
  }

  /** Only where `isWanted`. */
  refused(call: Told, error: unknown): void {
    if (!(error instanceof GhostError) || error.code !== "rate_limit_exceeded") return;
    this.#tell("rate.exceeded", { ...factsOf(call), path: call.exchange.path });
  }

  personalDataRefused(call: Pick<Told, "exchange" | "principal">, found: readonly PrivacyCount[]): void {
    if (!this.isWanted) return;
    const classes = found.map(({ class: one, action, count }) => ({ class: one, action, count }));
    this.#tell("privacy.blocked", { ...factsOf(call), path: call.exchange.path, found: classes });
  }

  contentBlocked(
    call: Pick<Told, "exchange" | "principal">,
    { id, name }: { readonly id: string; readonly name: string },
    stage: "input" | "output",
  ): void {
    if (!this.isWanted) return;
    const facts = { ...factsOf(call), path: call.exchange.path, guardrail_id: id, guardrail: name, stage };
    this.#tell("guardrail.blocked", facts);
  }

  #tell<Name extends LiveName>(name: Name, data: EventData<Name>): void {
    const event = draftEvent(name, { happenedAt: this.#clock.now(), userId: data.user_id }, data);
    // Nobody waits for it: whoever looks on sees the next one.
    void this.#signals.send({ kind: "event_happened", event }).catch(() => undefined);
  }

  #want(forMs: number): void {
    this.isWanted = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.isWanted = false), forMs).unref();
  }
}

/** A client makes it up. */
const longestName = 200;

function factsOf({ exchange, principal }: Pick<Told, "exchange" | "principal">) {
  return { request_id: exchange.id, user_id: principal.userId, key_id: principal.keyId };
}
