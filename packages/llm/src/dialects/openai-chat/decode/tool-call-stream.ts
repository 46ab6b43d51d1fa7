// Which call a piece of a streamed tool call belongs to. Vendors number calls, or repeat their ids, or do neither; some
// give every call the number 0; some name the tool later than the id. A call is told once its name is known.

import { readSeal } from "#dialects/seals/seals.ts";
import type { ChatEvent, Seal } from "#hub.ts";
import { stringifyExactly } from "#wire/exact-json.ts";
import { memberOf } from "#wire/json.ts";
import { dialect } from "#dialects/openai-chat/name.ts";

interface StreamedCall {
  readonly call: number;
  readonly wireId: string;
  isTold: boolean;
  /** Arguments that came before the name. */
  heldArguments: string;
}

export interface CallPiece {
  readonly wireIndex: number | undefined;
  readonly id: string;
  readonly name: string;
  readonly argumentsText: string;
  readonly signature?: Seal;
}

export function readCallPiece(value: unknown): CallPiece {
  const call = memberOf(value, "function");
  const wireIndex = memberOf(value, "index");
  const given = memberOf(call, "arguments");
  const signature = memberOf(memberOf(memberOf(value, "extra_content"), "google"), "thought_signature");
  return {
    wireIndex: typeof wireIndex === "number" ? wireIndex : undefined,
    id: textOf(memberOf(value, "id")),
    name: textOf(memberOf(call, "name")),
    argumentsText: typeof given === "object" && given !== null ? (stringifyExactly(given) ?? "") : textOf(given),
    ...(typeof signature === "string" && { signature: readSeal(signature, dialect) }),
  };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The calls of one choice. */
export class ToolCallStream {
  readonly #calls: StreamedCall[] = [];
  readonly #byIndex = new Map<number, StreamedCall>();
  readonly #byId = new Map<string, StreamedCall>();
  readonly #index: number;
  readonly #makeId: (call: number) => string;

  constructor(index: number, makeId: (call: number) => string) {
    this.#index = index;
    this.#makeId = makeId;
  }

  get hasCalls(): boolean {
    return this.#calls.length > 0;
  }

  push(piece: CallPiece): readonly ChatEvent[] {
    const call = this.#find(piece) ?? this.#begin(piece);
    if (!call.isTold && piece.name === "") {
      call.heldArguments += piece.argumentsText;
      return [];
    }
    const events = call.isTold ? [] : [this.#tell(call, piece.name, piece.signature)];
    const text = call.heldArguments + piece.argumentsText;
    call.heldArguments = "";
    return text === "" ? events : [...events, this.#argumentsOf(call, text)];
  }

  /** Calls that never got a name, at the end of the choice. */
  flush(): readonly ChatEvent[] {
    return this.#calls
      .filter(({ isTold }) => !isTold)
      .flatMap((call) => {
        const text = call.heldArguments;
        call.heldArguments = "";
        return [this.#tell(call, "", undefined), ...(text === "" ? [] : [this.#argumentsOf(call, text)])];
      });
  }

  #find({ wireIndex, id, name }: CallPiece): StreamedCall | undefined {
    if (wireIndex !== undefined) {
      const numbered = this.#byIndex.get(wireIndex);
      const isAnother = id !== "" && numbered?.wireId !== "" && numbered?.wireId !== id && name !== "";
      return isAnother ? undefined : numbered;
    }
    if (id !== "") return this.#byId.get(id);
    return name === "" ? this.#calls.at(-1) : undefined;
  }

  #begin({ wireIndex, id }: CallPiece): StreamedCall {
    const call: StreamedCall = { call: this.#calls.length, wireId: id, isTold: false, heldArguments: "" };
    this.#calls.push(call);
    if (wireIndex !== undefined) this.#byIndex.set(wireIndex, call);
    if (id !== "") this.#byId.set(id, call);
    return call;
  }

  #tell(told: StreamedCall, name: string, signature: Seal | undefined): ChatEvent {
    told.isTold = true;
    const id = told.wireId === "" ? this.#makeId(told.call) : told.wireId;
    const { call } = told;
    return { kind: "tool_call", index: this.#index, call, id, name, ...(signature !== undefined && { signature }) };
  }

  #argumentsOf({ call }: StreamedCall, text: string): ChatEvent {
    return { kind: "tool_arguments", index: this.#index, call, text };
  }
}
