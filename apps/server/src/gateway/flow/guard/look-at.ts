import type { Dialect } from "@ghostllm/llm";
import type { Guardrail } from "#domain/guardrails/guardrail.ts";
import { lookAtBody, withTexts } from "#domain/guardrails/look-body.ts";
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
    .look({ client: dialect.name, guardrails: plain, put: null, ...asked })
    .then(({ hits, texts, isUnreadable, changedBody }) => ({
      ...{ hits, texts },
      body: isUnreadable ? null : (changedBody ?? body),
    }));
}

/** As above. */
export async function putTexts(
  { heavyWork }: Pick<GatewayDeps, "heavyWork">,
  { dialect, ...asked }: Asked,
  texts: readonly string[],
): Promise<Buffer> {
  const { body } = asked;
  if (body.length <= heavyBytes) return withTexts({ ...asked, texts: dialect.client.texts }, texts) ?? body;
  const { changedBody } = await heavyWork.look({ client: dialect.name, guardrails: [], put: texts, ...asked });
  return changedBody ?? body;
}
