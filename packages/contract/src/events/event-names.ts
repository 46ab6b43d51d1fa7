// The types of events by name, and where each is stored. Apart from what is in them, which those do without that only name them.

/**
 * `change`: stored in the transaction of the change. `record`: stored with the usage record, whose request it tells of.
 * `sight`: stored when a server sees it. `live`: for whoever looks on at the moment, and stored nowhere.
 */
export type EventOrigin = "change" | "record" | "sight" | "live";

export const eventOrigins = {
  "user.login": "sight",
  "key.created": "change",
  "user.limit": "change",
  "model.added": "change",
  "provider.down": "sight",
  "provider.up": "sight",
  "target.opened": "sight",
  "target.parked": "sight",
  "target.closed": "sight",
  "request.start": "live",
  "request.end": "record",
  "usage.tracked": "record",
  "budget.threshold": "record",
  "report.finished": "sight",
  "certificate.renewed": "change",
  "certificate.failed": "change",
  "certificate.expiring": "sight",
  "backup.made": "sight",
  "backup.failed": "sight",
  "rate.exceeded": "live",
  "consent.requested": "change",
  "consent.decided": "change",
  "audit.entry": "change",
  "privacy.blocked": "live",
  "guardrail.blocked": "live",
} as const satisfies Readonly<Record<string, EventOrigin>>;

export type EventName = keyof typeof eventOrigins;

export const eventNames = Object.keys(eventOrigins).filter(isEventName);

export function isEventName(text: string): text is EventName {
  return Object.hasOwn(eventOrigins, text);
}

/** Types whose events are stored, so that they are told at least once. */
export const storedEventNames = eventNames.filter((one) => eventOrigins[one] !== "live");
