// An entry in ArcSight's Common Event Format, version 0, which systems read that gather security events.
// https://docs.microfocus.com/doc/1/cefimplementationstandard (header, extension, and what is to be escaped in each)

import type { AuditEntry, Outcome } from "#domain/audit.ts";

const severities: Readonly<Record<Outcome, number>> = { done: 3, failed: 5, refused: 6 };

export function toCef(entry: AuditEntry, version: string): string {
  const { action, outcome } = entry;
  const header = [
    "GhostLLM",
    "GhostLLM",
    version,
    action,
    action.replaceAll(/[._]/g, " "),
    String(severities[outcome]),
  ];
  return `CEF:0|${header.map(inHeader).join("|")}|${extensionOf(entry)}\n`;
}

function extensionOf(entry: AuditEntry): string {
  const { actor, object, changes } = entry;
  const fields: readonly (readonly [string, string | number | null | undefined])[] = [
    ["rt", entry.happenedAt],
    ["externalId", entry.id],
    ["act", entry.action],
    ["outcome", entry.outcome],
    ["suser", actor.name],
    ["suid", actor.userId ?? actor.id],
    ["sourceServiceName", actor.kind],
    [isV6(entry.address) ? "c6a2" : "src", entry.address],
    ["c6a2Label", isV6(entry.address) ? "Source IPv6 Address" : ""],
    ["requestClientApplication", entry.userAgent],
    ["request", entry.route],
    ["cs1Label", "requestId"],
    ["cs1", entry.requestId],
    ["cs2Label", "object"],
    ["cs2", object === null ? "" : [object.kind, object.id ?? "", object.name].join(" ")],
    ["cs3Label", "changes"],
    ["cs3", changes.length === 0 ? "" : JSON.stringify(changes)],
    ["cs4Label", "hash"],
    ["cs4", entry.hash],
    ["cs5Label", "details"],
    ["cs5", Object.keys(entry.details).length === 0 ? "" : JSON.stringify(entry.details)],
    ["cn1Label", "place"],
    ["cn1", entry.sequence],
  ];
  const given = fields.filter(([, value]) => value !== null && value !== undefined && value !== "");
  const names = new Set(given.map(([name]) => name));
  const isOfUse = (name: string): boolean => !name.endsWith("Label") || names.has(name.slice(0, -5));
  return given
    .filter(([name]) => isOfUse(name))
    .map(([name, value]) => `${name}=${inExtension(String(value))}`)
    .join(" ");
}

const isV6 = (address: string): boolean => address.includes(":");

function inHeader(text: string): string {
  return plain(text.replaceAll(/[\\|]/g, "\\$&"));
}

function inExtension(text: string): string {
  return plain(text.replaceAll(/[\\=]/g, "\\$&").replaceAll("\r", "\\r").replaceAll("\n", "\\n"));
}

/** What else breaks lines or gives orders to terminals has no escape in this form. */
function plain(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}
