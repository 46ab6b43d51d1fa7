// Makes an empty installation usable, and takes over the providers of the configuration at every start. Called by
// compose after the migrations, before the first snapshot. Invariant: what it generates is answered once, for the
// banner; only hashes and sealed texts are kept, but for the admin key, whose file the local CLI reads.

import { randomBytes } from "node:crypto";
import { join } from "node:path";
import type { Config } from "#config/config.ts";
import { readOrCreateKeyFile } from "#control/encryption/key-file.ts";
import { unlimited } from "#control/resources/fields.ts";
import { newKeyMaterial } from "#control/resources/key-material.ts";
import type { Passwords } from "#control/sessions/passwords.ts";
import type { Store, UserRow } from "#control/store/store.ts";
import { deed } from "#domain/audit.ts";
import { Secret } from "#domain/secret.ts";
import { addBuiltInProviders, adoptProviders } from "./configured-providers.ts";
import type { AdoptedProvider, DetectedServer, ProviderAdoption } from "./configured-providers.ts";

export interface StartOptions extends ProviderAdoption {
  readonly config: Pick<
    Config,
    "adminApiKey" | "adminEmail" | "adminPassword" | "dataDir" | "detectOllama" | "providers"
  >;
  /** Looks for an Ollama at its default address. */
  readonly detectOllama: () => Promise<DetectedServer | null>;
  readonly demoModels: readonly string[];
  readonly passwords: Pick<Passwords, "hash">;
}

export interface FirstStart {
  readonly adminEmail: string;
  /** Null where the operator gave the password. */
  readonly generatedPassword: Secret | null;
  readonly apiKey: Secret;
}

export interface StartFacts {
  /** Null on every later start. */
  readonly first: FirstStart | null;
  /** What the admin plane accepts as the admin key. */
  readonly adminKeys: readonly Secret[];
  /** Where the generated admin key is; null where ADMIN_API_KEY is set. */
  readonly adminKeyFile: string | null;
  readonly providers: readonly AdoptedProvider[];
}

const doneSetting = "first_start";

export async function prepareStart(options: StartOptions): Promise<StartFacts> {
  const { store, config } = options;
  const isDone = (await store.settings.get(doneSetting)) === "done";
  const first = isDone ? null : await createAdmin(options);
  const [declared, detected] = [true, false].map((is) =>
    config.providers.filter(({ isDeclared }) => isDeclared === is),
  );
  const adopted = await adoptProviders(detected ?? [], options);
  const hasDeclared = declared !== undefined && declared.length > 0;
  const builtIn = await addBuiltInProviders({ ...options, isFirstStart: !isDone, hasDeclared });
  const named = (declared ?? []).map(({ name, type, origin }) => ({
    name,
    type,
    origin,
    outcome: "declared" as const,
  }));
  // Last, so that a start that was cut off is repeated: otherwise nobody would ever see the password.
  if (!isDone) {
    await store.settings.set(doneSetting, "done");
    await store.audit.add([deed("server.first_start", null)]);
  }
  return { first, providers: [...named, ...adopted, ...builtIn], ...(await loadAdminKey(config)) };
}

async function createAdmin({ store, config, passwords }: StartOptions): Promise<FirstStart> {
  const generatedPassword = config.adminPassword === null ? new Secret(randomBytes(15).toString("base64url")) : null;
  const password = config.adminPassword ?? generatedPassword;
  const passwordHash = password === null ? null : await passwords.hash(password.reveal());
  const admin = await createOrResetAdmin(store, config.adminEmail, passwordHash);
  const { key, publicId, keyHash } = newKeyMaterial();
  await store.apiKeys.create({
    userId: admin.id,
    teamId: null,
    name: "first key",
    publicId,
    keyHash,
    permissions: { models: null },
    limits: unlimited,
    budgetNanos: null,
    expiresAt: null,
  });
  return { adminEmail: admin.email, generatedPassword, apiKey: new Secret(key) };
}

async function createOrResetAdmin(store: Store, email: string, passwordHash: string | null): Promise<UserRow> {
  const leftOver = await store.credentials.find({ email });
  const reset = leftOver && (await store.users.update(leftOver.user.id, { passwordHash, role: "admin" }));
  return (
    reset ??
    store.users.create({ email, username: "admin", passwordHash, role: "admin", limits: unlimited, budgetNanos: null })
  );
}

async function loadAdminKey({ adminApiKey, dataDir }: StartOptions["config"]) {
  if (adminApiKey !== null) return { adminKeys: [adminApiKey], adminKeyFile: null };
  const adminKeyFile = join(dataDir, "admin.key");
  const { text } = await readOrCreateKeyFile(adminKeyFile, () => `admin-${randomBytes(32).toString("hex")}`);
  return { adminKeys: [new Secret(text)], adminKeyFile };
}
