// Looks for an answer that was told to a question of the same meaning, where all else of both requests is the same. Called by recall.ts when no
// answer to the very same is there. Invariant: whatever goes wrong here, the request is asked as if nobody had looked.

import { closingTextOf, crossesAs, demandOf, embeddingQuestion, isTextAlone } from "@ghostllm/llm";
import type { ClosingText, RequestDemand } from "@ghostllm/llm";
import { GhostError } from "@ghostllm/contract";
import type { SemanticOutcome } from "@ghostllm/contract";
import type { SemanticPolicy } from "#domain/cache-policy.ts";
import { differencesOf } from "#domain/meaning/differences.ts";
import type { Target } from "#domain/snapshot.ts";
import type { GatewayDeps } from "#gateway/deps.ts";
import type { Run } from "#gateway/flow/call.ts";
import { isAgreedTo } from "#gateway/flow/consent.ts";
import { isGuardedThere } from "#gateway/flow/guard/guarding.ts";
import { planInputOf } from "#gateway/flow/plan/plan-input.ts";
import type { PlanDeps } from "#gateway/flow/plan/plan-input.ts";
import { planTargets, restMsOf } from "#gateway/flow/plan/plan.ts";
import { findModel, isWithinTeam } from "#gateway/flow/resolve.ts";
import type { Caching } from "#gateway/flow/recall/caching.ts";
import { heavyBytes } from "#gateway/heavy-work/heavy-work.ts";
import type { CachedAnswer } from "#link/cache.ts";
import type { Near } from "#link/meanings.ts";
import { Embedding } from "./embedding.ts";
import type { EmbeddingDeps } from "./embedding.ts";

export type MeaningDeps = EmbeddingDeps & PlanDeps & Pick<GatewayDeps, "cache" | "meanings">;

/** In a longer one a word that matters would be lost among the others. */
const mostCharacters = 2_000;

/** With how like the question is to which it was told; null: there is none. */
export async function findByMeaning(deps: MeaningDeps, run: Run, caching: Caching): Promise<CachedAnswer | null> {
  const policy = caching.semanticPolicy;
  if (policy === null || crossesAs(run.request.operation) !== "chat.completions") return null;
  try {
    return await look(deps, run, { caching, policy });
  } catch (error) {
    deps.events.internalError("semantic cache", error);
    note({ caching, policy }, "failed");
    return null;
  }
}

interface Asked {
  readonly caching: Caching;
  readonly policy: SemanticPolicy;
}

function note(
  { caching, policy }: Asked,
  outcome: SemanticOutcome,
  near: Near | null = null,
  differences?: readonly string[],
) {
  const similarity = near === null ? null : rounded(near.similarity);
  const facts = [outcome, similarity, policy.threshold, near?.requestId ?? null] as const;
  caching.semantic = differences === undefined ? facts : [...facts, differences];
  return null;
}

const rounded = (similarity: number): number => Math.round(similarity * 10_000) / 10_000;

async function look(deps: MeaningDeps, run: Run, asked: Asked): Promise<CachedAnswer | null> {
  const { caching, policy } = asked;
  const closing = comparable(run, policy);
  if (closing === null) return note(asked, "unfit");
  const target = targetOf(deps, run, policy, closing.text);
  if (typeof target === "string") return note(asked, target);
  const group = caching.groupOf(closing, target);
  if (group === null) return note(asked, "unfit");
  const text = closing.text.trim();
  const vector = await new Embedding(deps, run, { text, target, timeoutMs: policy.timeoutMs }).vector();
  if (typeof vector === "string") return note(asked, vector);
  caching.means({ group, vector, text });
  return choose(deps, asked, await deps.meanings.nearest(group, vector), text);
}

/** The text that is compared by what it means; null: the request is none of those. */
function comparable({ request, dialect }: Run, { moreThanText }: SemanticPolicy): ClosingText | null {
  if (request.body.length > heavyBytes) return null;
  const closing = closingTextOf(request, dialect.client.closing);
  if (closing === null || closing.text.length > mostCharacters || closing.text.trim() === "") return null;
  const isFit = moreThanText || (!isMoreThanText(demandOf(request)) && isTextAlone(request, dialect));
  return isFit ? closing : null;
}

function isMoreThanText(demand: RequestDemand): boolean {
  const { unseen, namesFunctions, hearsSound, makesSound, pictures, webSearches, fileSearches, containers } = demand;
  const isAny = unseen !== null || namesFunctions || hearsSound || makesSound;
  return isAny || pictures + webSearches + fileSearches + containers > 0;
}

/** Who is to make the vector: where the request could be led on to, and nobody who rests. */
function targetOf(deps: MeaningDeps, run: Run, { model }: SemanticPolicy, text: string): Target | SemanticOutcome {
  const { snapshot, principal, candidates } = run;
  const found = findModel(snapshot, model, principal);
  if (found.targets.length === 0) return "failed";
  if (candidates.isOfTeam === true && !isWithinTeam(principal, found)) return "barred";
  if (!isAgreedTo(deps, run, found) || !isGuardedThere(run, found)) return "barred";
  const input = planInputOf(deps, { ...embeddingQuestion(model, text), demand: null, principal }, found);
  try {
    const [target] = planTargets(input).targets;
    if (target === undefined) return "failed";
    return restMsOf(target, input) > 0 ? "resting" : target;
  } catch (error) {
    if (error instanceof GhostError) return "failed";
    throw error;
  }
}

/** The nearest one whose answer is still there, and against which nothing speaks. */
async function choose(
  deps: MeaningDeps,
  asked: Asked,
  found: readonly Near[],
  text: string,
): Promise<CachedAnswer | null> {
  const { caching, policy } = asked;
  note(asked, found.length === 0 ? "none" : "unlike", found[0] ?? null);
  let isToldWhy = false;
  for (const near of found) {
    if (rounded(near.similarity) < policy.threshold) break;
    const differences = differencesOf(near.text, text);
    const answer = differences.length > 0 ? null : await deps.cache.find(near.name);
    if (answer !== null && caching.isFresh(answer)) {
      const { requestId: of, alias, key, user } = near;
      return caching.adopt(answer, { similarity: rounded(near.similarity), of }, { alias, key, user });
    }
    // What is told is why the nearest one was not taken.
    if (isToldWhy) continue;
    isToldWhy = true;
    if (differences.length > 0) note(asked, "differs", near, differences);
    else note(asked, "gone", near);
  }
  return null;
}
