import { GhostError, newId } from "@ghostllm/contract";
import { isEventName, typeOf, type EventName } from "@ghostllm/contract/events";
import type { AdminRoutes, RouteAnswer } from "@ghostllm/contract/routes";
import { attemptDelivery } from "#control/events/webhook-post.ts";
import { newWebhookSecret, webhookBinding } from "#domain/webhook-signature.ts";
import type { DeliveryRow, WebhookChange, WebhookRow } from "#control/store/events/event-store.ts";
import type { Egress } from "#domain/egress/egress.ts";
import { found, invalid, notFound, toTime, toTimeOrNull } from "./fields.ts";
import { byName, readNamed, readPage } from "./pagination.ts";
import type { Resource, ResourceDependencies } from "./resource.ts";

type ApiWebhook = RouteAnswer<AdminRoutes["webhooks"]["get"]>;
type ApiDelivery = RouteAnswer<AdminRoutes["webhooks"]["resend"]>;
type WebhookUpdate = Parameters<Resource<"webhooks">["update"]>[0]["body"];
type Dependencies = Pick<
  ResourceDependencies,
  "store" | "encryption" | "egress" | "clock" | "version" | "postText" | "eventSource"
>;

const mostWebhooks = 100;
/** The whole of it must be answered before a caller gives up. */
const testTimeoutMs = 2_000;

export function createWebhooksResource(deps: Dependencies): Resource<"webhooks"> {
  const { store, encryption, egress } = deps;
  const { webhooks } = store;
  const toApi = async (row: WebhookRow) => toApiWebhook(row, await webhooks.countWaiting(row.id));
  const find = async (id: string): Promise<WebhookRow> => found(await webhooks.find(id), "webhook", id);
  return {
    list: ({ query }) => readNamed(query, byName, (page) => webhooks.list(page), toApi),

    async create({ body: { name, url, types, is_active: isActive } }) {
      checkUrl(url, egress);
      if ((await webhooks.list({ limit: mostWebhooks })).length >= mostWebhooks)
        throw new GhostError("conflict", `There are ${mostWebhooks} webhooks already: delete one that is not needed`);
      const [id, secret] = [newId(), newWebhookSecret()];
      const secretEncrypted = await encryption.seal(secret, webhookBinding(id));
      const row = await webhooks.create({ id, name, url, names: namesOf(types), secretEncrypted, isActive });
      return { ...(await toApi(row)), secret: secret.reveal() };
    },

    get: async ({ params: { id } }) => toApi(await find(id)),

    async update({ params: { id }, body }) {
      if (body.url !== undefined) checkUrl(body.url, egress);
      return toApi(found(await webhooks.update(id, toChange(body)), "webhook", id));
    },

    async rotateSecret({ params: { id } }) {
      const secret = newWebhookSecret();
      const secretEncrypted = await encryption.seal(secret, webhookBinding(id));
      return {
        ...(await toApi(found(await webhooks.update(id, { secretEncrypted }), "webhook", id))),
        secret: secret.reveal(),
      };
    },

    async remove({ params: { id } }) {
      if (!(await webhooks.remove(id))) throw notFound("webhook", id);
      return { id, deleted: true };
    },

    ...sendingOf(deps, find),
  };
}

function sendingOf(
  deps: Dependencies,
  find: (id: string) => Promise<WebhookRow>,
): Pick<Resource<"webhooks">, "test" | "deliveries" | "resend"> {
  const { webhooks } = deps.store;
  return {
    test: async ({ params: { id } }) => sendTest(deps, await find(id)),

    async deliveries({ params: { id }, query: { state, ...page } }) {
      await find(id);
      const narrowed = state === undefined ? {} : { state };
      return readPage(page, (next) => webhooks.deliveries(id, { ...next, ...narrowed }), toApiDelivery);
    },

    async resend({ params: { id, delivery_id: deliveryId } }) {
      const webhook = await find(id);
      if (!webhook.isActive) throw new GhostError("conflict", `${webhook.name} is switched off: switch it on first`);
      const row = await webhooks.resend(id, deliveryId);
      if (row !== undefined) return toApiDelivery(row);
      throw new GhostError("not_found", `There is no delivery with the id ${deliveryId} that is settled`);
    },
  };
}

async function sendTest(deps: Dependencies, webhook: WebhookRow) {
  const { encryption, clock, version, postText: post, eventSource: source } = deps;
  const now = clock.now();
  const eventId = newId(now);
  const event = JSON.stringify({
    ...{ specversion: "1.0", id: eventId, source, type: "ghostllm.webhook.test", subject: webhook.id },
    ...{ partitionkey: webhook.id, time: toTime(now), datacontenttype: "application/json" },
    ...{ dataschema: "urn:ghostllm:event:webhook.test:1", data: { webhook_id: webhook.id, name: webhook.name } },
  });
  const secret = await encryption.open(webhook.secretEncrypted, webhookBinding(webhook.id));
  const poster = { post, clock, version, timeoutMs: testTimeoutMs };
  const attempt = await attemptDelivery(poster, { url: webhook.url, secret, eventId, event });
  const { isDelivered: delivered, status, error, durationMs } = attempt;
  return { delivered, status, error, duration_ms: Math.round(durationMs) };
}

/** Credentials would be shown with the address: the signature is what a receiver knows us by. */
function checkUrl(text: string, egress: Egress): void {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "")
    throw invalid("url", "No user and no password may be in it: a receiver knows this server by the signature");
  const fault = egress.faultOf(url);
  if (fault !== null) throw invalid("url", `${fault}. Give the address of a server that may be asked`);
}

function namesOf(types: readonly string[]): readonly EventName[] {
  return [...new Set(types.filter(isEventName))];
}

/** Who is switched on has a new beginning. */
function toChange({ name, url, types, is_active: isActive }: WebhookUpdate): WebhookChange {
  return {
    ...(name !== undefined && { name }),
    ...(url !== undefined && { url }),
    ...(types !== undefined && { names: namesOf(types) }),
    ...(isActive !== undefined && { isActive, inactiveReason: null }),
    ...(isActive === true && { failingSince: null }),
  };
}

function toApiWebhook(row: WebhookRow, waiting: number): ApiWebhook {
  return {
    ...{ id: row.id, name: row.name, url: row.url, types: [...row.names], is_active: row.isActive },
    ...{ inactive_reason: row.inactiveReason, failing_since: toTimeOrNull(row.failingSince), waiting },
    ...{ created_at: toTime(row.createdAt), updated_at: toTime(row.updatedAt) },
  };
}

function toApiDelivery(row: DeliveryRow): ApiDelivery {
  return {
    ...{ id: row.id, event_id: row.eventId, state: row.state, attempts: row.attempts },
    event_type: isEventName(row.eventName) ? typeOf(row.eventName) : row.eventName,
    next_attempt_at: row.state === "waiting" ? toTime(row.nextAt) : null,
    ...{ last_status: row.lastStatus, last_error: row.lastError },
    event: readEvent(row.event),
    ...{ created_at: toTime(row.createdAt), settled_at: toTimeOrNull(row.settledAt) },
  };
}

function readEvent(text: string): Record<string, unknown> {
  const event: unknown = JSON.parse(text);
  return typeof event === "object" && event !== null ? { ...event } : {};
}
