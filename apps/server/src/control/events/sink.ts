import type { CloudEvent } from "@ghostllm/contract/events";

/** A broker that is told all events that are stored. */
export interface Sink {
  /** In metrics, in `/health` and in the database. */
  readonly name: "nats" | "kafka";
  /**
   * Resolves when it has all of them, those of one key in their order. Rejects otherwise, whatever of them it has: then all
   * are told again.
   */
  deliver(events: readonly CloudEvent[]): Promise<void>;
  close(): Promise<void>;
}

/** What is told of the telling. */
export interface SinkEvents {
  eventsTold(sink: string, count: number): void;
  eventsNotTold(sink: string): void;
  eventsMissed(sink: string, count: number): void;
}
