import { z } from "zod";
import { openEnum, time, wholeList } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const reason = z.object({
  subject: z
    .object({
      kind: openEnum(["provider", "user", "key", "team", "organisation", "alias", "system"]),
      id: z.string().nullable(),
      name: z.string(),
    })
    .describe("What it is about."),
  text: z.string().describe("A sentence for people."),
  since: time.describe("Since when it is so; where nothing tells, since when this server sees it."),
  firing: z.boolean().describe("It is so for as long as the alert asks for."),
});

const alert = z
  .object({
    name: z.string(),
    severity: openEnum(["critical", "warning", "info"]),
    meaning: z.string(),
    remedy: z.string().describe("What to do. Markdown."),
    condition: z
      .string()
      .nullable()
      .describe("In PromQL, as in the rules for Prometheus; null where there is no rule."),
    for_seconds: z.int().describe("For how long it must be so."),
    state: openEnum(["firing", "pending", "quiet", "unseen"]).describe(
      "As this server sees it. `pending`: its reason is there, and not for long enough; `unseen`: only Prometheus knows.",
    ),
    looked_at: time.nullable().describe("Null where this server does not look."),
    reasons: z.array(reason).describe("The oldest first."),
  })
  .meta({ id: "Alert" });

export const alertRoutes = defineRoutes({
  list: {
    id: "alerts.list",
    tag: "Alerts",
    permission: "status.read",
    method: "GET",
    path: "/admin/alerts",
    query: wholeList,
    response: z.object({ data: z.array(alert) }).meta({ id: "Alerts" }),
    status: 200,
    summary: "The alerts, and how they are",
    description:
      "Those of docs/alerts.md. What the server that answers can judge by itself it judges every 15 seconds, with the bounds and times of the rules; of the others it tells no state. Alerts about what one may not read are left out.",
  },
});
