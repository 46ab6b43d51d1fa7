import { callItem, writtenArguments } from "./output-items.ts";
import type { OutputWriter } from "./output-writer.ts";
import { readInput } from "#dialects/openai-responses/tool-calls.ts";
import type { ToolNames } from "#dialects/openai-responses/tool-names.ts";

export interface BegunCall {
  readonly callId: string;
  /** By which others call the tool. */
  readonly name: string;
  readonly names: ToolNames;
}

/** A call that is being written. What a custom tool is given comes in JSON, and can only be told when that is whole. */
export class OpenCall {
  readonly kind = "call";
  readonly #writer: OutputWriter;
  readonly #id: string;
  readonly #call: BegunCall;
  readonly #isCustom: boolean;
  #argumentsText = "";

  constructor(writer: OutputWriter, call: BegunCall) {
    this.#writer = writer;
    this.#call = call;
    this.#isCustom = call.names.find(call.name)?.isCustom === true;
    this.#id = writer.nextId(this.#isCustom ? "ctc" : "fc");
  }

  begin(): string {
    return this.#writer.begin({ ...this.#item("in_progress", ""), [this.#isCustom ? "input" : "arguments"]: "" });
  }

  add(text: string): string {
    this.#argumentsText += text;
    return this.#isCustom || text === "" ? "" : this.#tellArguments(text);
  }

  end(status: string): string {
    const told = this.#isCustom ? this.#endInput() : this.#endArguments();
    return told + this.#writer.end(this.#item(status, this.#argumentsText));
  }

  #endInput(): string {
    const input = readInput(this.#argumentsText);
    const delta =
      input === "" ? "" : this.#writer.within("response.custom_tool_call_input.delta", this.#id, { delta: input });
    return delta + this.#writer.within("response.custom_tool_call_input.done", this.#id, { input });
  }

  #endArguments(): string {
    const whole = writtenArguments(this.#argumentsText);
    const missing = this.#argumentsText === "" ? this.#tellArguments(whole) : "";
    const name = this.#call.names.find(this.#call.name)?.name ?? this.#call.name;
    const done = { name, arguments: whole };
    return missing + this.#writer.within("response.function_call_arguments.done", this.#id, done);
  }

  #tellArguments(delta: string): string {
    return this.#writer.within("response.function_call_arguments.delta", this.#id, { delta });
  }

  #item(status: string, argumentsText: string) {
    const { callId, name, names } = this.#call;
    return callItem({ itemId: this.#id, status, callId, name, argumentsText }, names);
  }
}
