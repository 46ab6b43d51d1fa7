import { z } from "zod";
import { id, idParams, time } from "./fields.ts";
import { defineRoutes } from "./route.ts";

const password = z.string().min(1).max(1000).describe("The caller's own, once more.");
const name = z.string().trim().min(1).max(60).describe("By which its user knows it, such as that of the device.");

/** As WebAuthn writes bytes: base64url, without padding. */
const bytes = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w-]+$/, "Write it as base64url without padding");

const credentialId = bytes(1_400);
const kept = {
  ...{ id: credentialId, rawId: credentialId, type: z.literal("public-key") },
  authenticatorAttachment: z.enum(["platform", "cross-platform"]).nullish(),
  clientExtensionResults: z.record(z.string(), z.unknown()).default({}),
};

/** `PublicKeyCredential.toJSON()` of what was made. */
const madeCredential = z
  .strictObject({
    ...kept,
    response: z.strictObject({
      clientDataJSON: bytes(10_000),
      attestationObject: bytes(60_000),
      transports: z.array(z.string().max(20)).max(10).default([]),
      // What is in the attestation object as well: it is read there.
      ...{ authenticatorData: bytes(10_000).optional(), publicKey: bytes(10_000).optional() },
      publicKeyAlgorithm: z.int().optional(),
    }),
  })
  .describe("As `PublicKeyCredential.toJSON()` has it.")
  .meta({ id: "PasskeyCredential" });

/** `PublicKeyCredential.toJSON()` of what was signed. */
export const signedCredential = z
  .strictObject({
    ...kept,
    response: z.strictObject({
      clientDataJSON: bytes(10_000),
      authenticatorData: bytes(10_000),
      signature: bytes(10_000),
      userHandle: bytes(100).nullish(),
    }),
  })
  .describe("As `PublicKeyCredential.toJSON()` has it.")
  .meta({ id: "PasskeyAssertion" });

const challenge = z.string().describe("Counts for five minutes, once.");
const timeout = z.int().describe("In ms.");
const verified = z.literal("required");
const publicKey = z.literal("public-key");

/** As `PublicKeyCredential.parseCreationOptionsFromJSON()` takes them. */
const creationOptions = z
  .object({
    ...{ challenge, timeout, rp: z.object({ id: z.string(), name: z.string() }) },
    user: z.object({ id: z.string(), name: z.string(), displayName: z.string() }),
    pubKeyCredParams: z.array(z.object({ alg: z.int(), type: publicKey })),
    authenticatorSelection: z.object({
      ...{ residentKey: z.literal("required"), requireResidentKey: z.literal(true), userVerification: verified },
    }),
    excludeCredentials: z.array(z.object({ id: z.string(), type: publicKey, transports: z.array(z.string()) })),
    attestation: z.literal("none"),
  })
  .describe("For `PublicKeyCredential.parseCreationOptionsFromJSON()`.")
  .meta({ id: "PasskeyCreationOptions" });

/** As `PublicKeyCredential.parseRequestOptionsFromJSON()` takes them. */
export const requestOptions = z
  .object({ challenge, timeout, rpId: z.string(), userVerification: verified })
  .describe("For `PublicKeyCredential.parseRequestOptionsFromJSON()`.")
  .meta({ id: "PasskeyRequestOptions" });

const passkey = z
  .object({
    ...{ id, name: z.string() },
    rp_id: z.string().describe("The host whose pages may use it."),
    synced: z.boolean().describe("It is kept by a provider of its user's, and not on one device alone."),
    created_at: time,
    last_used_at: time.nullable(),
  })
  .meta({ id: "Passkey" });

const list = z.object({ data: z.array(passkey) }).meta({ id: "Passkeys" });
const removed = z.object({ id, deleted: z.literal(true) }).meta({ id: "PasskeyRemoved" });

const tag = "Sessions";

export const passkeyRoutes = defineRoutes({
  list: {
    id: "passkeys.list",
    tag,
    permission: "self.read",
    duringSetUp: true,
    method: "GET",
    path: "/admin/passkeys",
    response: list,
    status: 200,
    summary: "List one's passkeys",
    description: "Oldest first. In a session only.",
  },
  begin: {
    id: "passkeys.begin",
    tag,
    permission: "self.update",
    duringSetUp: true,
    method: "POST",
    path: "/admin/passkeys/begin",
    body: z.strictObject({ password }).meta({ id: "PasskeyBegin" }),
    response: z.object({ options: creationOptions }).meta({ id: "PasskeyBegun" }),
    status: 200,
    summary: "Begin to add a passkey",
    description:
      "For pages of this server, in a session, and for who has a password. What the browser's answer is held against is in a cookie that no script can read.",
  },
  create: {
    id: "passkeys.create",
    tag,
    permission: "self.update",
    duringSetUp: true,
    method: "POST",
    path: "/admin/passkeys",
    body: z.strictObject({ name, credential: madeCredential }).meta({ id: "PasskeyCreate" }),
    response: passkey,
    status: 201,
    summary: "Add a passkey",
    description:
      "With what the browser has made for the options. Signing in with it wants no password and no code. A user has 20 at most.",
  },
  update: {
    id: "passkeys.update",
    tag,
    permission: "self.update",
    method: "PATCH",
    path: "/admin/passkeys/{id}",
    params: idParams,
    body: z.strictObject({ name }).meta({ id: "PasskeyUpdate" }),
    response: passkey,
    status: 200,
    summary: "Rename a passkey",
    description: "One's own.",
  },
  remove: {
    id: "passkeys.remove",
    tag,
    permission: "self.update",
    method: "DELETE",
    path: "/admin/passkeys/{id}",
    params: idParams,
    response: removed,
    status: 200,
    summary: "Remove a passkey",
    description: "One's own. Sessions that were begun with it go on.",
  },
  ofUser: {
    id: "passkeys.ofUser",
    tag,
    permission: "users.read",
    method: "GET",
    path: "/admin/users/{id}/passkeys",
    params: idParams,
    response: list,
    status: 200,
    summary: "List a user's passkeys",
    description: "Oldest first.",
  },
  removeOfUser: {
    id: "passkeys.removeOfUser",
    tag,
    permission: "users.update",
    method: "DELETE",
    path: "/admin/users/{id}/passkeys/{passkey_id}",
    params: z.strictObject({ id, passkey_id: id }),
    response: removed,
    status: 200,
    summary: "Remove a user's passkey",
    description: "For who has lost the device. Sessions that were begun with it go on.",
  },
});
