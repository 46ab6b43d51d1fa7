// Names of tools that a target would refuse, with all of the request: too long, or with letters that it does not know. It is
// told others, which say as much of the old ones as they can; its client is told its own again.

import type { ChatRequest, Message, Part, Tool } from "#hub.ts";
import { shortHashOf } from "./text-hash.ts";

/** What names of tools a dialect's vendors take. */
export interface ToolNameRules {
  readonly longest: number;
  /** Every letter that is refused. */
  readonly refused: RegExp;
  /** Names that begin in a way that is refused. */
  readonly refusedBeginning?: RegExp;
}

const hashLength = 8;

export function isTaken(name: string, { longest, refused, refusedBeginning }: ToolNameRules): boolean {
  return name.length <= longest && name.search(refused) < 0 && refusedBeginning?.test(name) !== true;
}

export class FittedNames {
  readonly #rules: ToolNameRules;
  readonly #told = new Map<string, string>();
  readonly #own = new Map<string, string>();

  /** `names` are all that a request tells. */
  constructor(names: Iterable<string>, rules: ToolNameRules) {
    this.#rules = rules;
    const known = new Set(names);
    for (const name of known) {
      if (name === "" || isTaken(name, this.#rules)) continue;
      const told = this.#make(name, known);
      this.#told.set(name, told);
      this.#own.set(told, name);
    }
  }

  /** The same names again, where they were made elsewhere. */
  static of(renamed: ReadonlyMap<string, string>): FittedNames {
    if (renamed.size === 0) return namesAsTheyAre;
    const names = new FittedNames([], noRules);
    for (const [own, told] of renamed) {
      names.#told.set(own, told);
      names.#own.set(told, own);
    }
    return names;
  }

  /** What is told in place of what. */
  get renamed(): ReadonlyMap<string, string> {
    return this.#told;
  }

  get isEmpty(): boolean {
    return this.#told.size === 0;
  }

  /** For the target. */
  told(name: string): string {
    return this.#told.get(name) ?? name;
  }

  /** For the client. */
  own(told: string): string {
    return this.#own.get(told) ?? told;
  }

  #make(name: string, known: ReadonlySet<string>): string {
    const { longest, refused, refusedBeginning } = this.#rules;
    const letters = name.replaceAll(refused, "_");
    const readable = refusedBeginning?.test(letters) === true ? `_${letters}` : letters;
    const isFree = (told: string): boolean => !known.has(told) && !this.#own.has(told);
    if (readable.length <= longest && /[a-zA-Z0-9]/.test(readable) && isFree(readable)) return readable;
    for (let number = 0; ; number += 1) {
      const hash = shortHashOf(number === 0 ? name : `${name} ${number}`, hashLength);
      const told = `${readable.slice(0, longest - hashLength - 1)}_${hash}`;
      if (isFree(told)) return told;
    }
  }
}

const noRules: ToolNameRules = { longest: 0, refused: /$^/ };
export const namesAsTheyAre = new FittedNames([], noRules);

export function fitNames(request: ChatRequest, rules: ToolNameRules): FittedNames {
  return new FittedNames(namesIn(request), rules);
}

function* namesIn({ tools, toolChoice, messages }: ChatRequest): Generator<string> {
  for (const tool of tools) if (tool.kind === "function") yield tool.name;
  if (toolChoice?.kind === "function") yield toolChoice.name;
  for (const { content } of messages) {
    for (const part of content) {
      if (part.kind === "tool_call") yield part.name;
      else if (part.kind === "tool_result" && part.name !== undefined) yield part.name;
    }
  }
}

export function renameTools(request: ChatRequest, names: FittedNames): ChatRequest {
  if (names.isEmpty) return request;
  const { tools, toolChoice, messages } = request;
  const rename = (tool: Tool): Tool => (tool.kind === "function" ? { ...tool, name: names.told(tool.name) } : tool);
  return {
    ...request,
    tools: tools.map(rename),
    ...(toolChoice?.kind === "function" && { toolChoice: { ...toolChoice, name: names.told(toolChoice.name) } }),
    messages: messages.map((message) => renameIn(message, names)),
  };
}

function renameIn(message: Message, names: FittedNames): Message {
  const content = message.content.map((part): Part => {
    if (part.kind === "tool_call") return { ...part, name: names.told(part.name) };
    return part.kind === "tool_result" && part.name !== undefined ? { ...part, name: names.told(part.name) } : part;
  });
  return { ...message, content };
}
