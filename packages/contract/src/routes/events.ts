import { z } from "zod";
import { eventNames, isEventName } from "#events/event-names.ts";
import { cloudEvent } from "#events/cloud-event.ts";
import { defineRoutes } from "./route.ts";

/** In a query: names with commas between them. Those of a newer client are told to be unknown. */
const namesInQuery = z
  .string()
  .max(2_000)
  .transform((text) => text.split(",").map((name) => name.trim()))
  .pipe(z.array(z.string().refine(isEventName, `There are ${eventNames.join(", ")}`)))
  .optional()
  .describe("Types of events, such as `key.created,request.end`. All where it is left out.");

/** The place of an event among those that are stored. */
const place = z.string().regex(/^\d{1,15}$/);

const toldEvent = z
  .object({ place: place.describe("Goes as `Last-Event-ID` to the stream."), event: cloudEvent })
  .meta({ id: "ToldEvent" });

const tag = "Events";

export const eventRoutes = defineRoutes({
  list: {
    id: "events.list",
    tag,
    permission: "events.read",
    method: "GET",
    path: "/admin/events",
    query: z.strictObject({
      types: namesInQuery,
      limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
      after: place.optional().describe("`next` of the page before."),
      before: place.optional().describe("The same, by its older name."),
    }),
    response: z.object({ data: z.array(toldEvent), next: place.nullable() }).meta({ id: "ToldEvents" }),
    status: 200,
    summary: "List events",
    description:
      "The newest first, of those that are kept: for a day where everybody has been told. Each type needs its permission, and where that is for one's own, the event must be about oneself. Events of requests are kept while somebody wants them: a webhook, NATS, Kafka, or whoever reads the stream.",
  },
  stream: {
    id: "events.stream",
    tag,
    permission: "events.read",
    method: "GET",
    path: "/admin/events/stream",
    query: z.strictObject({ types: namesInQuery }),
    response: z.string().describe("Server-sent events: `data` is a CloudEvent, `event` its type, `id` its place."),
    mediaType: "text/event-stream",
    status: 200,
    summary: "Follow events",
    description:
      "What happens from now on, or behind the place in the header `Last-Event-ID`. Events that are live only have no place. It ends when the right to it does.",
  },
});
