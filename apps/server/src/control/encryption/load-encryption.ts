// Which keys seal and open here: the one that is configured, or a file beside the data, and those from before. Called by compose.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { EncryptionSettings } from "#config/config.ts";
import type { ControlLog } from "#control/control-log.ts";
import type { AskWeb } from "#control/sign-in/ask-web.ts";
import { parseSigningKey } from "#domain/aws-signature.ts";
import { Secret } from "#domain/secret.ts";
import { awsKmsKey, parseKmsPlace } from "./aws-kms-key.ts";
import { createEncryption } from "./encryption.ts";
import type { Encryption } from "./encryption.ts";
import { readIfThere, readOrCreateKeyFile } from "./key-file.ts";
import { localKey } from "./local-key.ts";
import { newKeyText } from "./master-key.ts";
import { parseVaultPlace, vaultKey } from "./vault-key.ts";
import type { WrappingKey } from "./wrapping-key.ts";

interface EncryptionOptions {
  readonly settings: EncryptionSettings;
  readonly dataDir: string;
  readonly log: ControlLog;
  readonly ask: AskWeb;
  /** Epoch ms. */
  readonly now: () => number;
}

/** Rejects with a sentence where a key is none, or where the service that keeps the present one does not answer. */
export async function loadEncryption(options: EncryptionOptions): Promise<Encryption> {
  const { settings } = options;
  const path = join(options.dataDir, "encryption.key");
  const previous = settings.previousKeys.map((key) => keyOf(key, options));
  if (settings.key === null) return createEncryption([await keyFile(path, options.log), ...previous]);
  const first = keyOf(settings.key, options);
  await proveThatItWorks(first);
  // Who gives a key to a server that had made one goes on reading what that had sealed.
  const made = await readIfThere(path);
  const before = made === undefined || made === "" ? [] : [localKey(new Secret(made), "file")];
  return createEncryption([first, ...previous, ...before]);
}

async function keyFile(path: string, log: ControlLog): Promise<WrappingKey> {
  const { text, created } = await readOrCreateKeyFile(path, newKeyText);
  if (created) {
    log.warn(
      { path },
      "ENCRYPTION_KEY is not set: vendor credentials are encrypted with a key that was generated into a file beside the data. Back it up, and set ENCRYPTION_KEY in production",
    );
  }
  return localKey(new Secret(text), "file");
}

function keyOf(key: Secret, { settings, ask, now }: EncryptionOptions): WrappingKey {
  const text = key.reveal().trim();
  const vault = parseVaultPlace(text);
  if (vault !== null) return vaultKey(vault, { ...vaultAccess(settings), ask });
  const kms = parseKmsPlace(text);
  if (kms !== null)
    return awsKmsKey(kms, { signingKey: kmsAccess(settings), endpoint: settings.kmsEndpoint, ask, now });
  if (/^(?:vault|aws-kms):/.test(text)) {
    throw new Error(
      "ENCRYPTION_KEY names a service that keeps keys in a form that is not known: write `vault:https://HOST:8200/transit/NAME`, `aws-kms:REGION/alias/NAME` or `aws-kms:ARN`",
    );
  }
  return localKey(key, "configured");
}

function vaultAccess({ vaultToken, vaultNamespace }: EncryptionSettings) {
  if (vaultToken === null) throw new Error("A key that Vault keeps needs VAULT_TOKEN");
  return { token: vaultToken, namespace: vaultNamespace };
}

function kmsAccess({ awsAccessKeyId: id, awsSecretAccessKey: secret, awsSessionToken: session }: EncryptionSettings) {
  const parts = [id, secret?.reveal() ?? "", ...(session === null ? [] : [session.reveal()])];
  const key = parseSigningKey(new Secret(parts.join(":")));
  if (key === null) throw new Error("A key that AWS KMS keeps needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  return key;
}

/** Nobody should learn that a token is not enough when the first credential is stored. */
async function proveThatItWorks(key: WrappingKey): Promise<void> {
  if (key.kind === "configured" || key.kind === "file") return;
  const sample = randomBytes(32);
  const opened = await key.unwrap(await key.wrap(sample, "start"), "start");
  if (opened?.equals(sample) !== true) throw new Error(`The key ${key.name} does not open what it has sealed`);
}
