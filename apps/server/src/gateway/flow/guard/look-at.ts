import type { Dialect } from "@ghostllm/llm";
import type { Guardrail } from "#domain/guardrails/guardrail.ts";
import { lookAtBody } from "#domain/guardrails/look-body.ts";
import type { BodyToLookAt, LookedAt } from "#domain/guardrails/look-body.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";

interface Asked extends Omit<BodyToLookAt, "texts"> {
  readonly dialect: Dialect;
}

/** In another thread where it is large. */
export function lookAt(
  { heavyWork }: Pick<GatewayDeps, "heavyWork">,
  guardrails: readonly Guardrail[],
  { dialect, ...asked }: Asked,
): LookedAt | Promise<LookedAt> {
  const { body } = asked;
  if (body.length <= heavyBytes) return lookAtBody(guardrails, { ...asked, texts: dialect.client.texts });
  // What is secret stays here.
  const plain = guardrails.map((one) => ({ ...one, secret: null }));
  return heavyWork
    .look({ client: dialect.name, guardrails: plain, ...asked })
    .then(({ hits, isUnreadable, changedBody }) => ({ hits, body: isUnreadable ? null : (changedBody ?? body) }));
}
