import { z } from "zod";
import { idParams, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const password = z.string().min(1).max(1000).describe("The caller's own, once more.");
const code = z.string().min(6).max(40);

const state = z
  .object({
    is_on: z.boolean(),
    since: time.nullable(),
    recovery_codes_left: z.int().nonnegative(),
  })
  .meta({ id: "SecondFactor" });

const tag = "Sessions";
const removedFactor = z.object({ deleted: z.literal(true) }).meta({ id: "SecondFactorRemoved" });

export const secondFactorRoutes = defineRoutes({
  get: {
    id: "secondFactor.get",
    tag,
    permission: "self.read",
    duringSetUp: true,
    method: "GET",
    path: "/admin/second-factor",
    response: state,
    status: 200,
    summary: "Read one's second factor",
    description: "Whether signing in with the password wants a code.",
  },
  begin: {
    id: "secondFactor.begin",
    tag,
    permission: "self.update",
    duringSetUp: true,
    method: "POST",
    path: "/admin/second-factor",
    body: z.strictObject({ password }).meta({ id: "SecondFactorBegin" }),
    response: z
      .object({
        secret: z.string().describe("For an authenticator app, in base32. It is shown this once."),
        uri: z.string().describe("The same as `otpauth://`, for a picture that the app reads."),
      })
      .meta({ id: "NewSecondFactor" }),
    status: 201,
    summary: "Set up a second factor",
    description:
      "It is wanted from when it has been confirmed with a code. In a session only, and for who has a password.",
  },
  confirm: {
    id: "secondFactor.confirm",
    tag,
    permission: "self.update",
    duringSetUp: true,
    method: "POST",
    path: "/admin/second-factor/confirm",
    body: z.strictObject({ code }).meta({ id: "SecondFactorConfirm" }),
    response: z
      .object({
        recovery_codes: z.array(z.string()).describe("Each counts once, in place of a code. They are shown this once."),
      })
      .meta({ id: "RecoveryCodes" }),
    status: 200,
    summary: "Confirm a second factor",
    description: "With a code of the app that has the secret.",
  },
  remove: {
    id: "secondFactor.remove",
    tag,
    permission: "self.update",
    method: "POST",
    path: "/admin/second-factor/remove",
    body: z.strictObject({ password }).meta({ id: "SecondFactorRemove" }),
    response: removedFactor,
    status: 200,
    summary: "Remove one's second factor",
    description: "With the recovery codes.",
  },
  ofUser: {
    id: "secondFactor.ofUser",
    tag,
    permission: "users.read",
    method: "GET",
    path: "/admin/users/{id}/second-factor",
    params: idParams,
    response: state,
    status: 200,
    summary: "Read a user's second factor",
    description: "Whether there is one.",
  },
  reset: {
    id: "secondFactor.reset",
    tag,
    permission: "users.update",
    method: "DELETE",
    path: "/admin/users/{id}/second-factor",
    params: idParams,
    response: removedFactor,
    status: 200,
    summary: "Remove a user's second factor",
    description: "For who has lost the app and the recovery codes. The password alone lets him in then.",
  },
});
