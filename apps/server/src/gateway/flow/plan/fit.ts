// Which targets of a name a request fits: what it asks of a model, and how long it is. Called by plan.ts.
// Invariant: what nobody knows of a target speaks for it, and no request is refused whose length a vendor might judge otherwise.

import { GhostError } from "@ghostllm/contract";
import { crossesAs, demandOf } from "@ghostllm/llm";
import type { ParsedRequest, RequestDemand } from "@ghostllm/llm";
import type { Capabilities, Snapshot, Target } from "#domain/snapshot.ts";
import type { Candidates } from "#gateway/flow/resolve.ts";

type Weighted = Candidates["targets"][number];

export interface FitInput {
  readonly request: ParsedRequest;
  /** What it can cause, where that is known already. */
  readonly demand: RequestDemand | null;
}

export interface Fitting {
  /** Those that the request may fit. */
  readonly targets: readonly Weighted[];
  /** Of these, those that it may be too long for: they are asked behind the others. */
  readonly tight: ReadonlySet<Target>;
  /** What the request asks of a model, where it was looked for. */
  readonly asked: readonly Capability[];
}

export type Capability = "vision" | "functions" | "streaming";

/** As messages say it. */
const capabilities: Readonly<Record<Capability, string>> = {
  vision: "can see pictures",
  functions: "can call functions",
  streaming: "can answer as a stream",
};

const none: ReadonlySet<Target> = new Set();

/** Throws `invalid_request_error` where no target can do what is asked, and `context_length_exceeded` where it is too long for all. */
export function fitting(candidates: Candidates, able: readonly Weighted[], input: FitInput): Fitting {
  const isChosenHere = candidates.isAlias || candidates.targets.length > 1;
  if (!isChosenHere || crossesAs(input.request.operation) !== "chat.completions")
    return { targets: able, tight: none, asked: [] };
  const asked = able.some(({ target }) => isLacking(target)) ? askedOf(input) : [];
  const capable = asked.length === 0 ? able : capableOf(candidates, able, asked);
  return { ...holding(candidates, capable, input.request), asked };
}

/** What it lacks of this; undefined: nothing. */
export function lackOf({ capabilities: known }: Target, asked: readonly Capability[]): Capability | undefined {
  return asked.find((name) => !can(known, name));
}

function isLacking({ capabilities: known }: Target): boolean {
  return known !== null && (known.vision === false || known.functions === false || known.streaming === false);
}

function capableOf(
  { requested }: Candidates,
  able: readonly Weighted[],
  asked: readonly Capability[],
): readonly Weighted[] {
  const capable = able.filter(({ target }) => lackOf(target, asked) === undefined);
  if (capable.length > 0) return capable;
  const missing = asked.find((name) => !able.some(({ target }) => can(target.capabilities, name)));
  const what = missing === undefined ? asked.map((name) => capabilities[name]).join(" and ") : capabilities[missing];
  const message = `No model that '${requested}' stands for ${what}, which the request asks for.`;
  throw new GhostError("invalid_request_error", message, { param: "model" });
}

function can(known: Capabilities | null, name: Capability): boolean {
  return known?.[name] !== false;
}

function askedOf({ request, demand }: FitInput): readonly Capability[] {
  const { pictures, namesFunctions } = demand ?? demandOf(request);
  const asked: Readonly<Record<Capability, boolean>> = {
    vision: pictures > 0,
    functions: namesFunctions,
    streaming: request.stream,
  };
  return (["vision", "functions", "streaming"] as const).filter((name) => asked[name]);
}

/** No text of which that is written has as many bytes for each token, on the whole. */
const mostBytesPerToken = 10;

type Holding = Pick<Fitting, "targets" | "tight">;

function holding({ requested }: Candidates, capable: readonly Weighted[], request: ParsedRequest): Holding {
  const most = request.promptTokensEstimate + Math.max(0, request.maxOutputTokens ?? 0);
  const tight = capable.filter(({ target }) => most > lengthOf(target));
  if (tight.length === 0) return { targets: capable, tight: none };
  const least = Math.ceil((request.textBytes ?? request.body.length) / mostBytesPerToken);
  const targets = capable.filter(({ target }) => least <= lengthOf(target));
  if (targets.length === 0)
    throw tooLong(requested, { least, held: Math.max(...capable.map(({ target }) => lengthOf(target))) });
  return { targets, tight: new Set(tight.map(({ target }) => target)) };
}

function lengthOf({ contextLength }: Target): number {
  return contextLength ?? Infinity;
}

/** In words by which clients know what to do about it. */
function tooLong(requested: string, { least, held }: { readonly least: number; readonly held: number }): GhostError {
  const message = `The prompt is too long: it has at least ${least} tokens, and the maximum context length of the models that '${requested}' stands for is ${held} tokens.`;
  return new GhostError("context_length_exceeded", message);
}

const known = new WeakMap<Snapshot, boolean>();

/** Is it known of any model that it cannot do something? Then what a request asks for has to be looked for. */
export function hasLackingTargets(snapshot: Snapshot): boolean {
  let found = known.get(snapshot);
  if (found === undefined) known.set(snapshot, (found = [...snapshot.models.values()].flat().some(isLacking)));
  return found;
}
