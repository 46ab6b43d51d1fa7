import { z } from "zod";
import { idParams, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { password } from "./users.ts";

const tag = "Sessions";
const token = z.string().min(1).max(200);

export const passwordRoutes = defineRoutes({
  createLink: {
    id: "passwords.createLink",
    tag,
    permission: "users.update",
    method: "POST",
    path: "/admin/users/{id}/password-link",
    params: idParams,
    body: z
      .strictObject({
        hours: z.int().min(1).max(168).default(24).describe("For so long it counts."),
        mail: z
          .boolean()
          .optional()
          .describe("Send it to the user. Left out: where a mail server is configured. False only shows it."),
      })
      .meta({ id: "PasswordLinkCreate" }),
    response: z
      .object({
        token: z.string(),
        path: z.string().describe("Behind the server's address: a page of the console. It is shown this once."),
        expires_at: time,
        mailed_to: z.string().nullable().describe("The address it was sent to; null: it was not."),
        mail_problem: z.string().nullable().describe("Why it was not sent, though it was to be: the link counts."),
      })
      .meta({ id: "PasswordLink" }),
    status: 201,
    summary: "Make a link by which a user sets a password",
    description:
      "To invite who has none, and for who has forgotten his. It counts once, in place of an earlier one; the present password counts until then. Hand it to nobody else.",
  },
  forgotten: {
    id: "passwords.forgotten",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/password-links/forgotten",
    body: z.strictObject({ email: z.string().min(3).max(320) }).meta({ id: "PasswordForgotten" }),
    response: z.object({ received: z.literal(true) }).meta({ id: "PasswordForgottenReceived" }),
    status: 200,
    summary: "Be sent a link because one has forgotten one's password",
    description:
      "Who has such an address and a password is sent a link that counts for an hour, once. The answer is the same for every address. 404 where no mail server is configured.",
  },
  useLink: {
    id: "passwords.useLink",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/password-links/use",
    body: z.strictObject({ token, password }).meta({ id: "PasswordLinkUse" }),
    response: z.object({ email: z.string() }).meta({ id: "PasswordSet" }),
    status: 200,
    summary: "Set a password by a link",
    description: "Ends all sessions of the user. A second factor stays.",
  },
  change: {
    id: "passwords.change",
    tag,
    permission: "self.update",
    method: "POST",
    path: "/admin/password",
    body: z.strictObject({ present: z.string().min(1).max(1000), password }).meta({ id: "PasswordChange" }),
    response: z.object({ changed: z.literal(true) }).meta({ id: "PasswordChanged" }),
    status: 200,
    summary: "Change one's password",
    description: "In a session only. Ends all of the user's sessions, this one included.",
  },
});
