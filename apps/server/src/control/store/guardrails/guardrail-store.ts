import type { Reach } from "#domain/access/may.ts";
import type { Guardrail } from "#domain/guardrails/guardrail.ts";

export interface GuardrailRow extends Guardrail {
  /** Of its webhook. */
  readonly secretEncrypted: string | null;
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly updatedAt: number;
}

export type NewGuardrail = Omit<GuardrailRow, "createdAt" | "updatedAt">;
export type GuardrailChange = Partial<Omit<NewGuardrail, "id">>;

/** Those of a team are reached with it, all others by whoever reaches all. */
export interface GuardrailStore {
  create(guardrail: NewGuardrail): Promise<GuardrailRow>;
  /** Null: all of them. */
  list(ids: readonly string[] | null, reach: Reach): Promise<readonly GuardrailRow[]>;
  find(id: string, reach: Reach): Promise<GuardrailRow | undefined>;
  update(id: string, change: GuardrailChange, reach: Reach): Promise<GuardrailRow | undefined>;
  remove(id: string, reach: Reach): Promise<boolean>;
}
