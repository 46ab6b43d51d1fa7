import { z } from "zod";
import { id } from "./fields.ts";
import { defineRoutes } from "./route.ts";
import { requestOptions, signedCredential } from "./passkeys.ts";
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
    passkey_origin: z.string().nullable().describe("Whose pages alone may use passkeys; null: all of this server."),
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
  beginPasskey: {
    id: "signIn.beginPasskey",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/sign-in/passkey/begin",
    response: z.object({ options: requestOptions }).meta({ id: "PasskeySignInBegun" }),
    status: 200,
    summary: "Begin to sign in with a passkey",
    description:
      "For pages of this server: what the browser's answer is held against is in a cookie that no script can read.",
  },
  finishPasskey: {
    id: "signIn.finishPasskey",
    tag,
    permission: "public",
    method: "POST",
    path: "/admin/sign-in/passkey",
    body: z.strictObject({ credential: signedCredential }).meta({ id: "PasskeySignIn" }),
    response: browserSession,
    status: 201,
    summary: "Sign in with a passkey",
    description:
      "Once for each that was begun. No code is asked for: the passkey's device has verified its user. Repeated failures are answered 429 for a while.",
  },
});
