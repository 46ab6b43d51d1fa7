// Settings of the keys that encrypt what is stored.

import { Secret } from "#domain/secret.ts";
import { jsonOfList, name, optional, secret, url } from "./kinds.ts";
import type { Kind } from "./kinds.ts";
import { setting } from "./setting.ts";

const secrets: Kind<readonly Secret[]> = {
  name: "secrets between commas",
  isSecret: true,
  json: jsonOfList,
  parse(raw) {
    const given: unknown = typeof raw === "string" ? raw.split(",") : raw;
    const isList = Array.isArray(given) && given.every((one) => typeof one === "string");
    if (!isList)
      return { ok: false, message: "this is no list of secrets", hint: "In the file it is a list of texts in quotes." };
    const texts = given.map((one: string) => one.trim()).filter((one) => one !== "");
    return { ok: true, value: texts.map((text) => new Secret(text)) };
  },
  show: (value) => (value.length === 0 ? "none" : `${value.length} secrets`),
};

export const encryptionSettings = {
  encryptionKey: setting({
    path: "encryption_key",
    variable: "ENCRYPTION_KEY",
    kind: optional(secret),
    default: null,
    advisedLength: 32,
    help: "Encrypts secrets in the database: 32 bytes as hex or base64, a passphrase, or a key that a service keeps (`vault:https://HOST:8200/transit/NAME`, `aws-kms:REGION/alias/NAME`). Unset: generated and kept in `data_dir`; losing it loses those secrets.",
    read: ({ encryption }) => encryption.key,
  }),
  previousEncryptionKeys: setting({
    path: "encryption.previous_keys",
    variable: "ENCRYPTION_PREVIOUS_KEYS",
    kind: secrets,
    default: [],
    help: "Open what was sealed with them, until `ghostllm keys rotate-kek` has sealed it with `encryption_key`.",
    read: ({ encryption }) => encryption.previousKeys,
  }),
  vaultToken: setting({
    path: "encryption.vault_token",
    variable: "VAULT_TOKEN",
    kind: optional(secret),
    default: null,
    help: "Opens a Vault that keeps the key; it needs `update` on `transit/encrypt/NAME` and `transit/decrypt/NAME`.",
    read: ({ encryption }) => encryption.vaultToken,
  }),
  vaultNamespace: setting({
    path: "encryption.vault_namespace",
    variable: "VAULT_NAMESPACE",
    kind: optional(name),
    default: null,
    help: "Namespace of that Vault.",
    read: ({ encryption }) => encryption.vaultNamespace,
  }),
  awsAccessKeyId: setting({
    path: "encryption.aws_access_key_id",
    variable: "AWS_ACCESS_KEY_ID",
    kind: optional(name),
    default: null,
    help: "Of whoever may use the key that AWS KMS keeps.",
    read: ({ encryption }) => encryption.awsAccessKeyId,
  }),
  awsSecretAccessKey: setting({
    path: "encryption.aws_secret_access_key",
    variable: "AWS_SECRET_ACCESS_KEY",
    kind: optional(secret),
    default: null,
    help: "The secret that belongs to it.",
    read: ({ encryption }) => encryption.awsSecretAccessKey,
  }),
  awsSessionToken: setting({
    path: "encryption.aws_session_token",
    variable: "AWS_SESSION_TOKEN",
    kind: optional(secret),
    default: null,
    help: "Of a session.",
    read: ({ encryption }) => encryption.awsSessionToken,
  }),
  kmsEndpoint: setting({
    path: "encryption.kms_endpoint",
    variable: "AWS_ENDPOINT_URL_KMS",
    kind: optional(url),
    default: null,
    help: "Where AWS KMS is, if not at Amazon's own address.",
    read: ({ encryption }) => encryption.kmsEndpoint,
  }),
};
