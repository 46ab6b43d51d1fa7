import type { ProviderEntry } from "#domain/snapshot.ts";

/** The operator's credential in the header that the vendor reads. */
export function credentialHeaders({ credential, definition }: ProviderEntry): Record<string, string> {
  if (credential === null) return {};
  const { header, prefix } = definition.authentication;
  return { [header]: prefix + credential.reveal() };
}
