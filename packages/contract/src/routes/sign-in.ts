import { z } from "zod";
import { id } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { browserSession } from "./sessions.ts";

const url = z.url({ protocol: /^https?$/ }).max(16_000);

/** A path of the console. */
const destination = z
  .string()
  .max(1_000)
  .regex(/^\/(?![/\\])[^\\]*$/, "Give a path of the console");

const options = z
  .object({
    methods: z.array(z.object({ id, label: z.string() })).describe("Beside a password."),
    forgotten_password: z.boolean().describe("Who has forgotten his password can be sent a link."),
  })
  .meta({ id: "SignInOptions" });

const begin = z
  .strictObject({
    method: id,
    return_url: url
      .max(500)
      .describe("Of the console's page to which the issuer leads back, which must be one of this server."),
    to: destination.default("/").describe("Where in the console who has signed in goes."),
  })
  .meta({ id: "SignInBegin" });

const tag = "Sessions";

export const signInRoutes = defineRoutes({
  options: {
    id: "signIn.options",
    tag,
    permission: "public",
    method: "GET",
    path: "/admin/sign-in",
    response: options,
    status: 200,
    summary: "How one may sign in",
    description: "What the console's sign-in page offers.",
  },
  begin: {
    id: "signIn.begin",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/sign-in/begin",
    body: begin,
    response: z.object({ url: z.string().describe("To go to.") }).meta({ id: "SignInBegun" }),
    status: 200,
    summary: "Begin to sign in at an issuer",
    description:
      "For pages of this server: what the issuer's answer is held against (state, nonce, PKCE) is in a cookie that no script can read, for ten minutes.",
  },
  finish: {
    id: "signIn.finish",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/sign-in/finish",
    body: z
      .strictObject({ url: url.describe("To which the issuer has led back, whole.") })
      .meta({ id: "SignInFinish" }),
    response: browserSession.extend({ to: z.string() }).meta({ id: "SignInFinished" }),
    status: 201,
    summary: "Sign in with an issuer's answer",
    description:
      "Once for each that was begun. The answer is refused where it was begun elsewhere, or by another issuer.",
  },
});
