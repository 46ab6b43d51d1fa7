import { z } from "zod";
import { openEnum, time, wholeList } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const notification = z
  .object({
    id: z.string().describe("The same as long as it is about the same."),
    kind: openEnum([
      ...([
        "target_resting",
        "target_parked",
        "provider_unusable",
        "budget_near",
        "budget_reached",
        "key_expiring",
      ] as const),
      ...(["journal_growing", "part_unhealthy", "alert"] as const),
    ]),
    level: openEnum(["warning", "error"]),
    subject: z
      .object({
        kind: openEnum(["provider", "user", "key", "team", "organisation", "alias", "system"]),
        id: z.string().nullable(),
        name: z.string(),
      })
      .describe("What it is about."),
    text: z.string().describe("A sentence for people."),
    until: time.nullable().describe("When it is over by itself, or something happens: a rest ends, a key expires."),
    percent: z.int().nullable().describe("Of a budget, that has been spent."),
  })
  .meta({ id: "Notification" });

export const notificationRoutes = defineRoutes({
  list: {
    id: "notifications.list",
    tag: "Notifications",
    permission: "self.read",
    method: "GET",
    path: "/admin/notifications",
    query: wholeList,
    response: z.object({ data: z.array(notification) }).meta({ id: "Notifications" }),
    status: 200,
    summary: "What needs attention",
    description:
      "As it is now, errors first: targets that rest or are parked, budgets near or at their cap, keys that expire within a week, a journal that grows, parts that are not well, and alerts on backups and the disk. Each only to those who may read what it is about.",
  },
});
