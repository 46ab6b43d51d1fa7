import { z } from "zod";
import { time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const certificate = z
  .object({
    name: z.string().describe("`public`: towards clients; `management`: of the port for operators."),
    source: z
      .enum(["acme", "files", "made"])
      .describe("An authority that is asked by ACME, files that are configured, or made by this server itself."),
    is_temporary: z.boolean().describe("It stands in for the first one of an authority, and nobody trusts it."),
    domains: z.array(z.string()).describe("Names and addresses that it is for."),
    issuer: z.string(),
    fingerprint: z.string().describe("SHA-256 of the certificate."),
    not_before: time,
    not_after: time,
    renewal: z
      .object({
        directory_url: z.string(),
        domains: z.array(z.string()).describe("Names that are asked for."),
        last_issued_at: time.nullable(),
        next_attempt_at: time.describe("When the authority is asked next."),
        failures: z.int().describe("In a row."),
        last_error: z.string().nullable(),
        last_error_at: time.nullable(),
      })
      .nullable()
      .describe("Null where no authority is asked."),
  })
  .meta({ id: "Certificate" });

const tag = "Certificates";

export const certificateRoutes = defineRoutes({
  list: {
    id: "certificates.list",
    tag,
    permission: "certificates.read",
    method: "GET",
    path: "/admin/certificates",
    response: z.object({ data: z.array(certificate) }),
    status: 200,
    summary: "List the certificates that clients are shown",
    description: "As the server that answers has them. Files may differ from server to server.",
  },
  renew: {
    id: "certificates.renew",
    tag,
    permission: "certificates.renew",
    method: "POST",
    path: "/admin/certificates/renew",
    response: z.object({ asked_at: time }),
    status: 200,
    summary: "Ask the authority for another certificate now",
    description:
      "The one in use goes on until there is another. Refused (`conflict`) while the authority is not to be asked because it has refused before: `next_attempt_at` says until when.",
  },
});
