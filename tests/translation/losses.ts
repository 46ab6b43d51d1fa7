// What a request lost on its way into another dialect, and what of that nobody was told.

import type { DialectName } from "../../packages/llm/src/providers/definition.ts";
import type { Gist, Item, Trait } from "./gist.ts";
import { limitsOf, places } from "./expressible.ts";

export interface Comparison {
  /** Lost, which no limit of the target's explains, or which no note tells. */
  readonly misses: readonly string[];
  readonly lost: readonly string[];
}

export interface Sent {
  readonly target: DialectName;
  readonly model: string;
  readonly notes: readonly string[];
}

export function compare(before: Gist, after: Gist, sent: Sent): Comparison {
  const meant = arrange(before, sent.target);
  const written = arrange(after, sent.target);
  const lostItems = missing(meant.items, written.items, keyOf);
  const lostTraits = missing(meant.traits, written.traits, ({ name, value }) => `${name} ${value}`);
  const lost = [...lostItems.map((item) => [item.kind, item] as const), ...lostTraits.map((t) => [t.name, t] as const)];
  const verdicts = lost.map(([name, thing]) => judge(name, thing, { before, after, sent }));
  const rest = join(meant.items.filter((item) => !lostItems.includes(item)));
  return {
    lost: verdicts.filter(({ isLoss }) => isLoss).map(({ name }) => name),
    misses: [
      ...verdicts.flatMap(({ miss }) => miss ?? []),
      ...(meant.system === written.system ? [] : [differenceOf("system", meant.system, written.system)]),
      ...orderMisses(rest, join(written.items)),
    ],
  };
}

/** Both sides as the target can write them: its order of things, and where it has instructions. */
function arrange(gist: Gist, target: DialectName): Gist {
  const { mixes, needsUser } = places[target];
  const { items } = gist;
  const runs = runsOf(items).map((run) => inOrder(run, mixes));
  const isAlone = items.length === 0 && needsUser;
  const system = gist.system === "" ? [] : [{ role: "user", kind: "text", value: gist.system } as const];
  return { ...gist, system: isAlone ? "" : gist.system, items: join(isAlone ? system : runs.flat()) };
}

function runsOf(items: readonly Item[]): readonly (readonly Item[])[] {
  const runs: Item[][] = [];
  for (const item of items) {
    const last = runs.at(-1);
    if (last?.[0]?.role === item.role) last.push(item);
    else runs.push([item]);
  }
  return runs;
}

/** Results stand first everywhere, in the order of their calls. */
function inOrder(run: readonly Item[], mixes: boolean): readonly Item[] {
  const rank = ({ kind, role }: Item): number => {
    if (kind === "result") return 0;
    if (role === "user") return mixes || kind === "text" ? 2 : 3;
    return mixes ? 2 : ["thought", "text", "image", "document", "audio", "call"].indexOf(kind) + 1;
  };
  const numberOf = (item: Item): number => (item.kind === "result" ? Number(JSON.parse(item.value)[0] ?? -1) : 0);
  return run.toSorted((a, b) => rank(a) - rank(b) || numberOf(a) - numberOf(b));
}

/** Texts that follow each other are one. */
function join(items: readonly Item[]): readonly Item[] {
  const joined: Item[] = [];
  for (const item of items) {
    const before = joined.at(-1);
    const continues = before?.kind === item.kind && before.role === item.role;
    if (continues && (item.kind === "text" || item.kind === "thought"))
      joined[joined.length - 1] = { ...item, value: before.value + item.value };
    else joined.push(item);
  }
  return joined;
}

function keyOf({ role, kind, value }: Item): string {
  return kind === "text" ? "text" : `${role} ${kind} ${value}`;
}

/** Texts are compared in their order, when all that was lost is gone. */
function missing<Thing>(
  meant: readonly Thing[],
  written: readonly Thing[],
  nameOf: (thing: Thing) => string,
): readonly Thing[] {
  const left = written.map(nameOf);
  return meant.filter((thing) => {
    const name = nameOf(thing);
    const at = left.indexOf(name);
    if (at >= 0 && name !== "text") left.splice(at, 1);
    return at < 0 && name !== "text";
  });
}

function orderMisses(meant: readonly Item[], written: readonly Item[]): readonly string[] {
  const length = Math.max(meant.length, written.length);
  for (let at = 0; at < length; at += 1) {
    const [one, other] = [meant[at], written[at]];
    if (one?.role === other?.role && one?.kind === other?.kind && one?.value === other?.value) continue;
    const tell = (item: Item | undefined): string => (item ? `${item.role} ${item.kind} ${item.value}` : "nothing");
    return [differenceOf(`item ${at}`, tell(one), tell(other))];
  }
  return [];
}

function differenceOf(what: string, meant: string, written: string): string {
  let at = 0;
  while (at < meant.length && meant[at] === written[at]) at += 1;
  const from = Math.max(0, at - 30);
  return `${what}: ${meant.slice(from, at + 60)} | ${written.slice(from, at + 60)}`;
}

interface Verdict {
  readonly name: string;
  readonly isLoss: boolean;
  readonly miss?: string;
}

interface Case {
  readonly before: Gist;
  readonly after: Gist;
  readonly sent: Sent;
}

function judge(name: string, thing: Item | Trait, { before, after, sent }: Case): Verdict {
  const { target, notes } = sent;
  const now = after.traits.find((trait) => trait.name === name)?.value;
  const told = `${name} ${thing.value.slice(0, 80)}${now === undefined ? "" : ` now ${now.slice(0, 80)}`}`;
  const limit = limitsOf(target).find(
    ({ of, when }) =>
      of.includes(name.replace(/^field .*/s, "field")) &&
      (when?.({ value: thing.value, now, before, ...sent }) ?? true),
  );
  if (limit === undefined) return { name, isLoss: true, miss: `not told: ${told}` };
  if (limit.note === null) return { name, isLoss: false };
  const isNoted = notes.some((note) =>
    typeof limit.note === "function"
      ? limit.note(name, thing.value).includes(note)
      : new RegExp(`^(?:${limit.note})`).test(note),
  );
  if (limit.isNear === true && !isNoted) return { name, isLoss: false };
  return isNoted ? { name, isLoss: true } : { name, isLoss: true, miss: `without a note: ${told} [${notes.join()}]` };
}
