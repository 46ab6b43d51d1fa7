import type { CloudEvent } from "@ghostllm/contract/events";

/** Events of one key, in their order, for each key. */
export function byKey(events: readonly CloudEvent[]): readonly (readonly CloudEvent[])[] {
  const lanes = new Map<string, CloudEvent[]>();
  for (const event of events) {
    const lane = lanes.get(event.partitionkey);
    if (lane === undefined) lanes.set(event.partitionkey, [event]);
    else lane.push(event);
  }
  return [...lanes.values()];
}
