import { z } from "zod";
import { defineRoutes } from "./route.ts";

const key = z
  .object({
    kind: z
      .enum(["file", "configured", "vault", "aws_kms"])
      .describe("A file in the data directory, a key that is configured, or one that a service keeps."),
    name: z.string().describe("What it is known by; nothing of the key can be read from it."),
    is_present: z
      .boolean()
      .describe("What is stored from now on is sealed with it; the others only open what is older."),
    sealed: z.int().describe("How many stored secrets it opens."),
  })
  .meta({ id: "EncryptionKey" });

const keys = z
  .object({
    keys: z.array(key),
    unreadable: z.int().describe("Stored secrets that none of them opens."),
  })
  .meta({ id: "EncryptionKeys" });

const rotation = z
  .object({
    resealed: z.int().describe("Secrets whose data keys are wrapped by the present key now."),
    unchanged: z.int().describe("Those that were already, or were changed meanwhile."),
    unreadable: z.array(z.string()).describe("Why each of those does not open that none of the keys opens."),
  })
  .meta({ id: "EncryptionRotation" });

const tag = "Encryption";

export const encryptionRoutes = defineRoutes({
  get: {
    id: "encryption.get",
    tag,
    permission: "encryption.read",
    method: "GET",
    path: "/admin/encryption",
    response: keys,
    status: 200,
    summary: "See which keys encrypt what is stored",
    description: "The keys of the server that answers, and how many secrets of the database each of them opens.",
  },
  rotate: {
    id: "encryption.rotate",
    tag,
    permission: "encryption.rotate",
    method: "POST",
    path: "/admin/encryption/rotate",
    body: z.strictObject({
      all: z
        .boolean()
        .default(false)
        .describe("Also what is sealed with the present key: for a service that has a newer version of it."),
    }),
    response: rotation,
    status: 200,
    summary: "Seal every stored secret with the present key",
    description:
      "While the server works: each secret keeps its data key, which is wrapped anew. Afterwards the earlier keys may be taken out of `encryption.previous_keys`, once `unreadable` is empty and every instance has the present key.",
  },
});
