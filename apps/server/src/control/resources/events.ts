import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { eventsSeenBy } from "#control/events/seen-by.ts";
import { toCloudEvent } from "#control/events/to-cloud-event.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type Answer = RouteAnswer<AdminRoutes["events"]["list"]>;

export function createEventsResource({
  store,
  eventSource,
  eventStreams,
}: Pick<ResourceDependencies, "store" | "eventSource" | "eventStreams">): Resource<"events"> {
  return {
    async list({ query: { types, limit, after, before = after }, actor }): Promise<Answer> {
      const page = { limit: limit + 1, ...(before !== undefined && { before: Number(before) }) };
      const events = await store.events.latest(page, eventsSeenBy(actor, types));
      const shown = events.slice(0, limit);
      return {
        data: shown.map((event) => ({ place: String(event.sequence), event: toCloudEvent(event, eventSource) })),
        next: events.length > limit ? String(shown.at(-1)?.sequence) : null,
      };
    },

    stream: async ({ query: { types }, actor, lastEventId, recheck }) =>
      eventStreams.open({ actor, names: types, lastEventId, recheck }),
  };
}
