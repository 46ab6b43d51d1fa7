// What becomes of the certificates that clients are shown.

import { z } from "zod";
import { time } from "#routes/fields.ts";
import { name } from "./of-request.ts";

const domains = z.array(name).describe("Names and addresses that it is for.");

export const certificateEvents = {
  "certificate.renewed": {
    summary: "An authority has issued a certificate for this server.",
    permission: "certificates.read",
    key: "name",
    subject: "name",
    data: z.object({
      name: name.describe("Always `public`."),
      ...{ domains, issuer: z.string() },
      fingerprint: z.string().describe("SHA-256 of the certificate."),
      first: z.boolean().describe("There was none before."),
      expires_at: time,
    }),
  },
  "certificate.failed": {
    summary: "An authority has issued no certificate; the one in use stays.",
    permission: "certificates.read",
    key: "name",
    subject: "name",
    data: z.object({
      ...{ name, domains, error: z.string() },
      failures: z.int().nonnegative().describe("In a row."),
      next_attempt_at: time,
      expires_at: time.nullable().describe("Of the one in use; null where there is none."),
    }),
  },
  "certificate.expiring": {
    summary: "A certificate ends soon, and should long have been renewed.",
    permission: "certificates.read",
    key: "name",
    subject: "name",
    data: z.object({
      name: name.describe("`public` or `management`."),
      ...{ domains, fingerprint: z.string(), expires_at: time },
    }),
  },
} as const;
