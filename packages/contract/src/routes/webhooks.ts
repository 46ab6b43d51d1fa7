import { z } from "zod";
import { isEventName, storedEventNames } from "#events/event-names.ts";
import { id, idParams, listOf, namedQuery, openEnum, pageQuery, removed, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const types = z
  .array(
    z
      .string()
      .refine(
        (name) => isEventName(name) && storedEventNames.includes(name),
        `There are ${storedEventNames.join(", ")}`,
      ),
  )
  .min(1)
  .max(50)
  .describe("Types of events that are sent. Those that are live only cannot be.");

const name = z.string().trim().min(1).max(60);
const url = z.url({ protocol: /^https?$/ }).max(2_000);

const webhook = z
  .object({
    ...{ id, name: z.string() },
    url: z.string().describe("Without user and password, where it has any."),
    types: z.array(z.string()),
    is_active: z.boolean(),
    inactive_reason: z.string().nullable().describe("Why the server has switched it off; null where it has not."),
    failing_since: time.nullable().describe("Null where the last attempt arrived."),
    waiting: z.int().nonnegative().describe("Deliveries that are still to be made."),
    ...{ created_at: time, updated_at: time },
  })
  .meta({ id: "Webhook" });

const webhookWithSecret = webhook
  .extend({ secret: z.string().describe("`whsec_` and the key in base64. It is shown this once.") })
  .meta({ id: "WebhookWithSecret" });

const delivery = z
  .object({
    id,
    event_id: z.string(),
    event_type: z.string(),
    state: openEnum(["waiting", "delivered", "dead"]).describe("`dead`: all attempts have failed."),
    attempts: z.int().nonnegative(),
    next_attempt_at: time.nullable().describe("Null where no more is to come."),
    last_status: z.int().nullable().describe("HTTP status; null where there was no answer."),
    last_error: z.string().nullable(),
    event: z.record(z.string(), z.unknown()).describe("As it is sent."),
    created_at: time,
    settled_at: time.nullable(),
  })
  .meta({ id: "WebhookDelivery" });

const testResult = z
  .object({
    delivered: z.boolean(),
    status: z.int().nullable(),
    error: z.string().nullable(),
    duration_ms: z.number().nonnegative(),
  })
  .meta({ id: "WebhookTest" });

const tag = "Webhooks";
const egress = "The address must be one that this server may ask (`egress`).";

export const webhookRoutes = defineRoutes({
  list: {
    id: "webhooks.list",
    tag,
    permission: "webhooks.read",
    method: "GET",
    path: "/admin/webhooks",
    query: namedQuery("the name or the address"),
    response: listOf(webhook),
    status: 200,
    summary: "List webhooks",
    description: "Oldest first, without their secrets.",
  },
  create: {
    id: "webhooks.create",
    tag,
    permission: "webhooks.create",
    method: "POST",
    path: "/admin/webhooks",
    body: z.strictObject({ name, url, types, is_active: z.boolean().default(true) }).meta({ id: "WebhookCreate" }),
    response: webhookWithSecret,
    status: 201,
    summary: "Create a webhook",
    description: `It is sent what happens from now on. ${egress} The answer has the secret that signs what is sent, once.`,
  },
  get: {
    id: "webhooks.get",
    tag,
    permission: "webhooks.read",
    method: "GET",
    path: "/admin/webhooks/{id}",
    params: idParams,
    response: webhook,
    status: 200,
    summary: "Read a webhook",
    description: "Without its secret.",
  },
  update: {
    id: "webhooks.update",
    tag,
    permission: "webhooks.update",
    method: "PATCH",
    path: "/admin/webhooks/{id}",
    params: idParams,
    body: z
      .strictObject({
        name: name.optional(),
        url: url.optional(),
        types: types.optional(),
        is_active: z.boolean().optional(),
      })
      .meta({ id: "WebhookUpdate" }),
    response: webhook,
    status: 200,
    summary: "Change a webhook",
    description: `Fields left out stay as they are. One that is switched on again is sent what waits still, and what happens from then on. ${egress}`,
  },
  rotateSecret: {
    id: "webhooks.rotateSecret",
    tag,
    permission: "webhooks.update",
    method: "POST",
    path: "/admin/webhooks/{id}/secret",
    params: idParams,
    response: webhookWithSecret,
    status: 200,
    summary: "Give a webhook a new secret",
    description: "The old one signs nothing any more. The answer has the new one, once.",
  },
  remove: {
    id: "webhooks.remove",
    tag,
    permission: "webhooks.remove",
    method: "DELETE",
    path: "/admin/webhooks/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Delete a webhook",
    description: "What waits for it goes with it.",
  },
  test: {
    id: "webhooks.test",
    tag,
    permission: "webhooks.test",
    method: "POST",
    path: "/admin/webhooks/{id}/test",
    params: idParams,
    response: testResult,
    status: 200,
    summary: "Send a test",
    description:
      "Sends an event of the type `ghostllm.webhook.test` at once, and tells what came of it. It is not repeated.",
  },
  deliveries: {
    id: "webhooks.deliveries",
    tag,
    permission: "webhooks.read",
    method: "GET",
    path: "/admin/webhooks/{id}/deliveries",
    params: idParams,
    query: pageQuery.extend({ state: z.enum(["waiting", "delivered", "dead"]).optional() }),
    response: listOf(delivery),
    status: 200,
    summary: "List deliveries",
    description: "The newest first. Those that are settled are kept for a week.",
  },
  resend: {
    id: "webhooks.resend",
    tag,
    permission: "webhooks.test",
    method: "POST",
    path: "/admin/webhooks/{id}/deliveries/{delivery_id}/resend",
    params: z.strictObject({ id, delivery_id: id }),
    response: delivery,
    status: 200,
    summary: "Send again",
    description: "With the id that it had, whether it had arrived or not, and with as many attempts as a new one.",
  },
});
