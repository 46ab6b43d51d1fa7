// The envelope of every event: CloudEvents 1.0 in JSON, with the extension `partitionkey`.
// https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md

import { z } from "zod";
import { isEventName, type EventName } from "./event-names.ts";

const prefix = "ghostllm.";

/** As the event names its type: `ghostllm.key.created`. */
export function typeOf(name: EventName): string {
  return prefix + name;
}

/** Undefined for a type that a newer server has. */
export function nameOf(type: string): EventName | undefined {
  const name = type.startsWith(prefix) ? type.slice(prefix.length) : type;
  return isEventName(name) ? name : undefined;
}

/** Where a change of a type's data would break who reads it, the number behind it grows. */
export function dataSchemaOf(name: EventName): string {
  return `urn:ghostllm:event:${name}:1`;
}

export const attributes = {
  specversion: z.literal("1.0"),
  id: z.string().min(1).describe("UUIDv7. What is told again has the id that it had before."),
  source: z.string().min(1).describe("`events.source` of the installation."),
  time: z.iso.datetime().describe("When it happened."),
  datacontenttype: z.literal("application/json"),
  partitionkey: z.string().min(1).describe("Events of one key keep their order."),
  subject: z.string().min(1),
};

/** Of whatever type. */
export const cloudEvent = z
  .object({ ...attributes, type: z.string(), dataschema: z.string(), data: z.record(z.string(), z.unknown()) })
  .meta({ id: "CloudEvent" });

export type CloudEvent = z.output<typeof cloudEvent>;
