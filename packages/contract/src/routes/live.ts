// What the server tells a page while it is open, over one WebSocket at `livePath`. A page shows who it is by the cookie of its session,
// a program by the first message. What a signal says can always be read anew: whoever missed some does so.

import { z } from "zod";
import { openEnum } from "./fields.ts";
import { requestRow } from "./requests.ts";

export const livePath = "/admin/live";

const changed = z.object({
  what: openEnum([
    ...([
      "users",
      "organisations",
      "teams",
      "roles",
      "service_accounts",
      "keys",
      "providers",
      "models",
      "aliases",
      "prices",
    ] as const),
    ...(["health", "budgets", "refusals", "webhooks", "everything"] as const),
  ]).describe(
    "`health`: a target rests, or does so no more. `budgets`: one is near or at its cap, or no more. `refusals`: there are new ones.",
  ),
  id: z.string().nullable().describe("Of the object, where it is one."),
});

/** From the server. */
export const liveMessage = z.union([
  z.object({ type: z.literal("ready").describe("The caller is known: signals follow.") }),
  z.object({
    type: z.literal("signals").describe("At most a few in a second."),
    requests: z.array(requestRow).describe("Those that were finished and stored, within the caller's reach."),
    missed: z.int().describe("How many more there were, which are not in `requests`."),
    changed: z.array(changed).describe("What is worth being read anew, as far as the caller may read it."),
  }),
  z.object({
    type: z.literal("error").describe("The connection ends with it."),
    code: z.string(),
    message: z.string(),
  }),
]);

/** To the server. `auth` comes first, where there is no cookie; `watch` says whether requests are to be told. */
export const liveOrder = z.union([
  z.object({ type: z.literal("auth"), token: z.string().min(1).max(10_000) }),
  z.object({ type: z.literal("watch"), requests: z.boolean() }),
]);

export type LiveMessage = z.output<typeof liveMessage>;
export type LiveChange = Extract<LiveMessage, { type: "signals" }>["changed"][number];
