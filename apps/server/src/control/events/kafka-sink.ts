// Events to Kafka: all of them in one topic, with the partition key as the key of the message, so that those of a key are in one
// partition. A batch is sent as one, and again as one until all of it is acknowledged by all replicas that are in sync.

import type { CloudEvent } from "@ghostllm/contract/events";
import { Producer, stringSerializers } from "@platformatic/kafka";
import type { Sink } from "./sink.ts";

export interface KafkaSinkOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
}

const connectTimeoutMs = 2_000;
const requestTimeoutMs = 5_000;
/** By all that have the partition. */
const acknowledgedByAll = -1;

type TextProducer = Producer<string, string, string, string>;

export class KafkaSink implements Sink {
  readonly name = "kafka";
  readonly #options: KafkaSinkOptions;
  #producer: TextProducer | null = null;
  #isClosed = false;

  constructor(options: KafkaSinkOptions) {
    this.#options = options;
  }

  async deliver(events: readonly CloudEvent[]): Promise<void> {
    const { topic } = this.#options;
    const producer = this.#open();
    try {
      const messages = events.map((event) => ({
        ...{ topic, key: event.partitionkey, value: JSON.stringify(event) },
        headers: { ...contentType, ce_id: event.id, ce_type: event.type },
      }));
      await producer.send({ messages, acks: acknowledgedByAll });
    } catch (error) {
      // What it knows of the brokers may be of no worth any more.
      this.#producer = null;
      await producer.close(true).catch(() => undefined);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#producer?.close(true).catch(() => undefined);
  }

  #open(): TextProducer {
    if (this.#isClosed) throw new Error("Kafka is told nothing more");
    this.#producer ??= new Producer({
      clientId: "ghostllm",
      bootstrapBrokers: [...this.#options.brokers],
      serializers: stringSerializers,
      connectTimeout: connectTimeoutMs,
      timeout: requestTimeoutMs,
      // The runner tries again, by the place that it has noted.
      retries: 0,
      autocreateTopics: true,
    });
    return this.#producer;
  }
}

const contentType = { "content-type": "application/cloudevents+json; charset=UTF-8" } as const;
