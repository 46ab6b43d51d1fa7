// Ids of tool calls on their way between dialects. Vendors repeat them, leave them out, or write them in letters that others
// refuse; a client must be able to tell its calls apart, and to go on with another vendor.

import type { ChatRequest, Message, Part } from "#hub.ts";
import { shortHashOf } from "./text-hash.ts";

/** OpenAI takes no longer ones, and Anthropic no other letters. */
const longest = 40;
const hashLength = 11;

function plain(id: string): string {
  const written = id.replaceAll(/[^a-zA-Z0-9_-]/g, "_");
  if (written.length <= longest) return written;
  return `${written.slice(0, longest - hashLength - 1)}_${shortHashOf(id, hashLength)}`;
}

/** `id`, or that with a number behind it which makes it another than those of `used`. */
function free(id: string, used: ReadonlySet<string>): string {
  if (!used.has(id)) return id;
  for (let number = 2; ; number += 1) {
    const ending = `_${number}`;
    const numbered = id.slice(0, longest - ending.length) + ending;
    if (!used.has(numbered)) return numbered;
  }
}

/** The ids of an answer's calls as its client is told them: none is empty, and none was in the conversation before. */
export class AnswerCallIds {
  readonly #used: Set<string>;
  readonly #requestId: string;
  #made = 0;

  /** `used` are those of the request. */
  constructor(used: ReadonlySet<string>, requestId: string) {
    this.#used = new Set(used);
    this.#requestId = requestId;
  }

  next(id: string): string {
    const told = free(id === "" ? this.#make() : plain(id), this.#used);
    this.#used.add(told);
    return told;
  }

  #make(): string {
    this.#made += 1;
    return `call_${this.#requestId.slice(-24)}_${this.#made}`;
  }
}

export interface UntangledRequest {
  readonly request: ChatRequest;
  /** As vendors of every dialect can tell them apart. */
  readonly callIds: ReadonlySet<string>;
}

/**
 * The request with an id of its own for every call. A result belongs to the first call of its id that has none yet, in the
 * nearest turn before it that called by that id. `refused` are ids that the target takes in no form.
 */
export function untangleCalls(request: ChatRequest, refused?: RegExp): UntangledRequest {
  const history = new CallHistory(refused);
  const messages = request.messages.map((message) => history.read(message));
  return { request: history.isChanged ? { ...request, messages } : request, callIds: history.used };
}

interface IdState {
  /** Calls of the last turn that have no result yet. */
  readonly open: string[];
  last: string;
}

class CallHistory {
  readonly used = new Set<string>();
  isChanged = false;
  readonly #byId = new Map<string, IdState>();
  readonly #refused: RegExp | undefined;

  constructor(refused: RegExp | undefined) {
    this.#refused = refused;
  }

  read(message: Message): Message {
    if (!message.content.some(({ kind }) => kind === "tool_call" || kind === "tool_result")) return message;
    const begun = new Set<string>();
    const before = this.isChanged;
    this.isChanged = false;
    const content = message.content.map((part) => this.#readPart(part, begun));
    const read = this.isChanged ? { ...message, content } : message;
    this.isChanged ||= before;
    return read;
  }

  #readPart(part: Part, begun: Set<string>): Part {
    if (part.kind === "tool_call") {
      const id = this.#call(part.id, begun);
      return id === part.id ? part : { ...part, id };
    }
    if (part.kind !== "tool_result") return part;
    const callId = this.#result(part.callId);
    return callId === part.callId ? part : { ...part, callId };
  }

  /** Ids that are short and told apart in all dialects stay as they are. */
  #call(id: string, begun: Set<string>): string {
    const written = plain(id);
    const unique = free(written === "" ? "call" : written, this.used);
    this.used.add(unique);
    const isKept = unique === written && id.length <= longest && this.#refused?.test(id) !== true;
    const told = isKept ? id : unique;
    if (told !== id) this.isChanged = true;
    const state = begun.has(id) ? this.#byId.get(id) : undefined;
    this.#byId.set(id, { open: [...(state?.open ?? []), told], last: told });
    begun.add(id);
    return told;
  }

  #result(id: string): string {
    const state = this.#byId.get(id);
    const told = state?.open.shift() ?? state?.last ?? id;
    if (told !== id) this.isChanged = true;
    return told;
  }
}
