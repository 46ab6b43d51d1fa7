// Events by their names alone, for those who show them.

export { nameOf } from "./cloud-event.ts";
export { eventNames, storedEventNames } from "./event-names.ts";
