// What policies have refused, or hold until somebody agrees.

import { z } from "zod";
import { id, openEnum, time, usd } from "#routes/fields.ts";
import { privacyCount } from "#routes/privacy.ts";
import { by, name, ofRequest } from "./of-request.ts";

const ofConsent = {
  ...{ consent_id: id, user_id: id, key_id: id },
  team_id: id.nullable().describe("Of the key; null where it is of none."),
  ...{ requested_model: name, operation: name },
};

export const policyEvents = {
  "privacy.blocked": {
    summary: "A request was refused by a privacy policy.",
    permission: "usage.read",
    key: "key_id",
    subject: "request_id",
    data: z.object({
      ...ofRequest,
      path: z.string(),
      found: z.array(privacyCount).describe("Classes and counts; none where it held what nobody can look into."),
    }),
  },
  "guardrail.blocked": {
    summary: "A guardrail has refused a request, or withheld the answer to it.",
    permission: "usage.read",
    key: "key_id",
    subject: "request_id",
    data: z.object({
      ...ofRequest,
      path: z.string(),
      ...{ guardrail_id: id, guardrail: name },
      stage: openEnum(["input", "output"]),
    }),
  },
  "consent.requested": {
    summary: "A request is held by a consent policy, and waits for a decision.",
    permission: "consents.read",
    key: "key_id",
    subject: "consent_id",
    data: z.object({
      ...ofConsent,
      request_id: id.describe("Of the request that was held."),
      cost_usd: usd.nullable().describe("What it may cost at the most; null where nobody can say."),
      policies: z.array(name).describe("Names of the policies that hold it."),
    }),
  },
  "consent.decided": {
    summary: "Somebody has approved or refused a request that a consent policy holds.",
    permission: "consents.read",
    key: "key_id",
    subject: "consent_id",
    data: z.object({
      ...ofConsent,
      status: openEnum(["approved", "refused"]),
      note: z.string().describe("What whoever decided wrote to it."),
      ends_at: time.describe("Until then the decision counts."),
      decided_by: by,
    }),
  },
} as const;
