// Events as data: what the server emits, and what whoever receives them can hold them against.

export { cloudEventOf, comingEvents, eventTypes } from "./catalogue.ts";
export type { EventData, EventType } from "./catalogue.ts";
export { cloudEvent, dataSchemaOf, nameOf, typeOf } from "./cloud-event.ts";
export type { CloudEvent } from "./cloud-event.ts";
export { eventNames, eventOrigins, isEventName, storedEventNames } from "./event-names.ts";
export type { EventName, EventOrigin } from "./event-names.ts";
