import { randomUUID } from "node:crypto";
import type { NewGuardrail } from "#control/store/guardrails/guardrail-store.ts";
import { makeGuardrail } from "../support/guardrails.ts";

export function makeGuardrailRow(change: Partial<NewGuardrail> = {}): NewGuardrail {
  const { secret: _secret, ...guardrail } = makeGuardrail();
  return { ...guardrail, id: randomUUID(), name: randomUUID(), secretEncrypted: null, isActive: true, ...change };
}
