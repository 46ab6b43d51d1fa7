import type { Encryption } from "#control/encryption/encryption.ts";
import type { GuardrailRow } from "#control/store/guardrails/guardrail-store.ts";
import type { GuardrailPart } from "#domain/guardrails/guardrail.ts";
import { openSecretOf } from "#domain/secret.ts";

/** What the sealed secret of a guardrail's webhook is bound to. */
export function guardrailBinding(id: string): string {
  return `guardrail ${id}`;
}

/** Those that are in force. One whose secret does not open stays in force: it cannot ask, and says itself what happens then. */
export function toGuardrailParts(
  rows: readonly GuardrailRow[],
  sources: { readonly encryption: Encryption },
): Promise<GuardrailPart[]> {
  return Promise.all(rows.filter(({ isActive }) => isActive).map((row) => toPart(row, sources)));
}

async function toPart(
  { isActive: _isActive, createdAt: _createdAt, updatedAt: _updatedAt, secretEncrypted, ...guardrail }: GuardrailRow,
  { encryption }: { readonly encryption: Encryption },
): Promise<GuardrailPart> {
  if (secretEncrypted === null) return { ...guardrail, secret: null };
  try {
    return {
      ...guardrail,
      secret: openSecretOf(await encryption.open(secretEncrypted, guardrailBinding(guardrail.id))),
    };
  } catch {
    return { ...guardrail, secret: null };
  }
}
