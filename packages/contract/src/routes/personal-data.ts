import { z } from "zod";
import { id, idParams, listOf, openEnum, pageQuery, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const erasure = z
  .object({
    user_id: id,
    state: openEnum(["running", "done"]).describe("`running`: what others read is still looked through."),
    started_at: time,
    finished_at: time.nullable(),
    requests: z.int().nonnegative().describe("Of the log of requests, which have no address and no program any more."),
    entries: z.int().nonnegative().describe("Of the audit log, from which the user was taken out."),
    events: z.int().nonnegative().describe("The same of events, and of what was sent or is to be sent to webhooks."),
  })
  .meta({ id: "Erasure" });

const tag = "Personal data";

export const personalDataRoutes = defineRoutes({
  export: {
    id: "personalData.export",
    tag,
    permission: "users.export",
    method: "GET",
    path: "/admin/users/{id}/export",
    params: idParams,
    response: z.string().describe("A line each, as JSON: `kind` and `data`."),
    mediaType: "application/x-ndjson",
    status: 200,
    summary: "All that is stored about a user",
    description:
      "NDJSON, as it is read: the account, memberships, keys and sessions without their secrets, identities, views, requests, sums of usage, objects that vendors keep, entries of the audit log by and about the user, and events. The last line, of the kind `manifest`, counts the lines of each kind: without it the export is not whole.",
  },
  erase: {
    id: "personalData.erase",
    tag,
    permission: "users.erase",
    method: "POST",
    path: "/admin/users/{id}/erase",
    params: idParams,
    response: erasure,
    status: 200,
    summary: "Erase a user",
    description:
      "For good. The account, keys, sessions, identities, views and memberships are gone when this is answered; the audit log and events are looked through after that. Usage and spend stay, by an id that leads to nobody. Also for a user who was deleted before. Asked again it answers how far it is. 409 for oneself, and for the last who may change users.",
  },
  erasures: {
    id: "personalData.erasures",
    tag,
    permission: "users.erase",
    method: "GET",
    path: "/admin/erasures",
    query: pageQuery,
    response: listOf(erasure),
    status: 200,
    summary: "List erasures",
    description: "The latest first.",
  },
  erasure: {
    id: "personalData.erasure",
    tag,
    permission: "users.erase",
    method: "GET",
    path: "/admin/erasures/{id}",
    params: idParams,
    response: erasure,
    status: 200,
    summary: "Read how far an erasure is",
    description: "By the id of the user.",
  },
});
