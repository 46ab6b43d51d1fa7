import { dataSchemaOf, typeOf, type CloudEvent } from "@ghostllm/contract/events";
import type { EventDraft } from "#domain/event.ts";

/** `source`: the name of this installation among those that a receiver may know. */
export function toCloudEvent(
  { id, name, happenedAt, subject, partitionKey, data }: EventDraft,
  source: string,
): CloudEvent {
  return {
    specversion: "1.0",
    ...{ id, source, type: typeOf(name), subject, partitionkey: partitionKey },
    time: new Date(happenedAt).toISOString(),
    datacontenttype: "application/json",
    dataschema: dataSchemaOf(name),
    data: { ...data },
  };
}
