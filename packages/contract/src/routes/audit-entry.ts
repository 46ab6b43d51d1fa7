// What an entry of the audit log says, to callers and in events.

import { z } from "zod";
import { id, openEnum, time } from "./fields.ts";

const auditActorKinds = [
  "admin_key",
  "session",
  "api_key",
  "scim_token",
  "configuration",
  "server",
  "anonymous",
] as const;
export const auditOutcomes = ["done", "refused", "failed"] as const;

export const auditChange = z
  .object({
    field: z.string().describe("As the admin API calls it."),
    before: z.json().describe("Null where there was nothing. What is secret is told as `[secret]`."),
    after: z.json(),
  })
  .meta({ id: "AuditChange" });

const actor = z.object({
  kind: openEnum(auditActorKinds).describe("How: `server` is GhostLLM itself, `anonymous` who has not said who he is."),
  id: id.nullable().describe("Of the user; of an API key its own."),
  name: z.string().describe("The name that he had at that time."),
  user_id: id.nullable().describe("Of an API key: whose it is."),
});

const object = z.object({
  kind: z.string().describe("Such as `key`."),
  id: z.string().nullable().describe("Null for several at once."),
  name: z.string(),
});

/** What entries and events of them have in common. */
export const auditFacts = {
  place: z.int().positive().describe("In the log, without gaps."),
  action: z.string().describe("`object.verb`, such as `key.created`."),
  outcome: openEnum(auditOutcomes),
  actor,
  object: object.nullable().describe("What it was about."),
  address: z.string().describe("Of the client; empty where it is not known."),
  user_agent: z.string(),
  request_id: z.string().nullable().describe("Of the header `x-request-id`."),
  route: z.string().nullable().describe("Of the admin API, such as `apiKeys.create`."),
  hash: z.string().describe("SHA-256 over the hash of the entry before and all that this one says."),
  salt: z
    .string()
    .nullable()
    .describe("Of the hash over what it says of people; null of the oldest entries, and where somebody was erased."),
};

export const auditEntry = z
  .object({
    ...{ id, happened_at: time, ...auditFacts },
    changes: z.array(auditChange).describe("The fields that differ."),
    details: z.record(z.string(), z.json()),
    personal_hash: z.string().nullable().describe("That hash, where somebody was erased from the entry."),
    erased_in: z.int().positive().nullable().describe("The place of the entry that says so."),
  })
  .meta({ id: "AuditEntry" });
