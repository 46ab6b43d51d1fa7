import { z } from "zod";
import { auditEntry, auditOutcomes } from "./audit-entry.ts";
import { id, idParams, moment, openEnum, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const place = z.string().regex(/^\d{1,15}$/);
const text = z.string().trim().min(1).max(200);

const filter = {
  actor: text.optional().describe("The id of a user or a key, or what a name begins with."),
  action: text.optional().describe("Such as `key.created`; with a dot at the end all that begin so: `key.`."),
  object_kind: text.optional().describe("Such as `key`."),
  object_id: id.optional(),
  outcome: z.enum(auditOutcomes).optional(),
  from: moment.optional().describe("Inclusive."),
  to: moment.optional().describe("Exclusive."),
  q: text
    .optional()
    .describe("Words, each of which is found in names, actions, addresses, ids of requests, and in what was changed."),
};

const link = z
  .object({ place: z.int().nonnegative(), hash: z.string() })
  .describe("A place of the chain, and the hash there.");

const auditProblems = [
  "missing",
  "changed",
  "cut_off",
  "unannounced_cut",
  "unannounced_erasure",
  "other_chain",
] as const;

const verification = z
  .object({
    ok: z.boolean(),
    problem: z
      .object({
        kind: openEnum(auditProblems),
        place: z.int().nonnegative(),
        message: z.string(),
      })
      .nullable(),
    checked: z.int().nonnegative().describe("How many entries."),
    from: link.describe("Behind which it has begun."),
    to: link.describe("The last one that was checked."),
    next: z
      .string()
      .nullable()
      .describe("To be sent as `after`, to go on; null where the end was reached, or a problem."),
    head: link.describe("The last entry. Kept elsewhere, it shows later that this log is still the same."),
    cut: link.describe("The last entry that is not kept any more; place 0 where all are."),
    verified_at: time,
  })
  .meta({ id: "AuditVerification" });

const exportQuery = z.strictObject(filter);
const tag = "Audit";

export const auditRoutes = defineRoutes({
  list: {
    id: "audit.list",
    tag,
    permission: "audit.read",
    method: "GET",
    path: "/admin/audit",
    query: z.strictObject({
      ...filter,
      limit: z.coerce.number<string | number>().int().min(1).max(500).default(50),
      after: place.optional().describe("`next` of the page before."),
      before: place.optional().describe("The same, by its older name."),
    }),
    response: z.object({ data: z.array(auditEntry), next: place.nullable() }).meta({ id: "AuditEntries" }),
    status: 200,
    summary: "List the audit log",
    description:
      "The newest first: every change, by whom and from where, and what concerns security. Where what is sought is rare, an answer may have fewer entries than were asked for, or none, and still a `next`: the log was looked through up to there.",
  },
  verify: {
    id: "audit.verify",
    tag,
    permission: "audit.verify",
    method: "GET",
    path: "/admin/audit/verify",
    query: z.strictObject({
      after: z
        .string()
        .regex(/^\d{1,15}:[0-9a-f]{64}$/)
        .optional()
        .describe("`next` of the answer before. Where it is left out it begins with the first entry that is kept."),
      limit: z.coerce.number<string | number>().int().min(1).max(20_000).default(10_000),
      anchor: z
        .string()
        .regex(/^\d{1,15}:[0-9a-f]{64}$/)
        .optional()
        .describe("A `head` from before, as `place:hash`: the log must still have it."),
    }),
    response: verification,
    status: 200,
    summary: "Verify the audit log",
    description:
      "Computes the hashes anew: an entry that was removed, changed, moved or cut off is found. A long log takes several calls.",
  },
  export: {
    id: "audit.export",
    tag,
    permission: "audit.read",
    method: "GET",
    path: "/admin/audit/export/ndjson",
    query: exportQuery,
    response: z.string().describe("An entry a line, as JSON, the oldest first."),
    mediaType: "application/x-ndjson",
    status: 200,
    summary: "Export the audit log as NDJSON",
    description:
      "All entries that the filter finds, as they are read: it may be long. That it was exported is an entry as well.",
  },
  exportCef: {
    id: "audit.exportCef",
    tag,
    permission: "audit.read",
    method: "GET",
    path: "/admin/audit/export/cef",
    query: exportQuery,
    response: z.string().describe("An entry a line, in ArcSight's Common Event Format, the oldest first."),
    mediaType: "text/plain",
    status: 200,
    summary: "Export the audit log as CEF",
    description: "For systems that gather security events. All entries that the filter finds.",
  },
  get: {
    id: "audit.get",
    tag,
    permission: "audit.read",
    method: "GET",
    path: "/admin/audit/{id}",
    params: idParams,
    response: auditEntry,
    status: 200,
    summary: "Read an entry of the audit log",
    description: "With the fields that differ, before and after.",
  },
});
