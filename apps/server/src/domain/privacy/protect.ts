// Holds a request to the privacy policy of its caller: what is found in its texts is refused, masked, or replaced by placeholders,
// in the text of its body. Called by endpoints before anything else is done with a request, and by the heavy work's thread.
// Invariant: what is told of it, to anybody, are classes and counts, and never a text.

import type { FoundClass, PrivacyCount } from "@ghostllm/contract";
import { editFormTexts, editRequestTexts } from "@ghostllm/llm";
import type { RequestTexts, RequestTextVisitor, Unreadable } from "@ghostllm/llm";
import { textFinderOf } from "./found-texts.ts";
import type { ActingAction, FoundText, TextFinder } from "./found-texts.ts";
import { maskFor, placeholderFor } from "./placeholders.ts";
import type { PrivacyPolicy } from "./policy.ts";
import { describeFound, describeUnreadable } from "./refusals.ts";
import { replaceTexts } from "./replace-texts.ts";

/** Plain data. */
export interface Guard {
  readonly policy: PrivacyPolicy;
  /** By which placeholders are made: of the key, and known to nobody else. */
  readonly secret: string;
}

export interface BodyToProtect {
  readonly body: Buffer;
  readonly texts: RequestTexts;
  /** Of a form. */
  readonly contentType?: string | undefined;
}

/** Plain data. */
export interface Protection {
  readonly found: readonly PrivacyCount[];
  /** Why the request may not be sent, in words that tell no text; null where it may. */
  readonly refusal: string | null;
  /** Placeholder -> the text for which it stands. */
  readonly placeholders: ReadonlyMap<string, string>;
}

export interface ProtectedBody extends Protection {
  /** The same where nothing was changed. */
  readonly body: Buffer;
}

export function protectBody({ policy, secret }: Guard, request: BodyToProtect): ProtectedBody {
  const search = new Search(rememberedFinder(policy), secret);
  const unreadable = new Set<Unreadable>();
  const look = edited(request, { edit: (text) => search.look(text), unreadable: (what) => unreadable.add(what) });
  if (look === null) unreadable.add("file");
  const found = search.counts();
  const kept = { body: request.body, found, placeholders: search.placeholders };
  const refusal = refusalOf(policy, found, unreadable);
  if (refusal !== null || found.length === 0) return { ...kept, refusal };
  const body = edited(request, { edit: search.writer(), unreadable: () => undefined }) ?? request.body;
  return { ...kept, body, refusal };
}

function refusalOf(
  policy: PrivacyPolicy,
  found: readonly PrivacyCount[],
  unreadable: ReadonlySet<Unreadable>,
): string | null {
  const blocked = found.filter(({ action }) => action === "block");
  if (blocked.length > 0) return describeFound(blocked);
  return unreadable.size > 0 && policy.unreadable === "refuse" ? describeUnreadable(unreadable) : null;
}

function edited({ body, texts, contentType }: BodyToProtect, visitor: RequestTextVisitor): Buffer | null {
  if (contentType !== undefined) return editFormTexts(body, contentType, visitor);
  const json = body.toString("utf8");
  const changed = editRequestTexts(json, texts, visitor);
  if (changed === null) return null;
  return changed === json ? body : Buffer.from(changed);
}

/** A policy is compiled once: the snapshot has one object of it for all requests that it holds for. */
const finders = new WeakMap<PrivacyPolicy, TextFinder>();

function rememberedFinder(policy: PrivacyPolicy): TextFinder {
  const known = finders.get(policy);
  if (known !== undefined) return known;
  const finder = textFinderOf(policy);
  finders.set(policy, finder);
  return finder;
}

/** What was found, text by text; it is written in a second pass, when all of it is known. */
class Search {
  readonly placeholders = new Map<string, string>();
  readonly #find: TextFinder;
  readonly #secret: string;
  readonly #found: (readonly FoundText[])[] = [];
  readonly #counts = new Map<string, { class: FoundClass; action: ActingAction; count: number }>();
  /** Text -> what is put in its place. */
  readonly #replacements = new Map<string, string>();

  constructor(find: TextFinder, secret: string) {
    this.#find = find;
    this.#secret = secret;
  }

  look(text: string): null {
    const found = this.#find(text);
    this.#found.push(found);
    for (const one of found) this.#note(one, text.slice(one.start, one.end));
    return null;
  }

  counts(): readonly PrivacyCount[] {
    return [...this.#counts.values()];
  }

  /** For the same texts in the same order. */
  writer(): (text: string) => string | null {
    let at = 0;
    const replacements = [...this.#replacements].sort(([a], [b]) => b.length - a.length);
    return (text) => replaceTexts(text, this.#found[at++] ?? [], replacements);
  }

  #note({ class: one, action }: FoundText, text: string): void {
    const key = `${one} ${action}`;
    const known = this.#counts.get(key);
    if (known === undefined) this.#counts.set(key, { class: one, action, count: 1 });
    else known.count += 1;
    if (action === "block" || this.#replacements.has(text)) return;
    this.#replacements.set(text, action === "mask" ? maskFor(one) : this.#placeholderOf(one, text));
  }

  #placeholderOf(one: FoundClass, text: string): string {
    const placeholder = placeholderFor(this.#secret, one, text);
    this.placeholders.set(placeholder, text);
    return placeholder;
  }
}
