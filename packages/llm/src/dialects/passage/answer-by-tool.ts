// An answer in the form of a schema, of a model that cannot be held to one: it has to call a tool that takes such answers, and
// what it calls it with is told as the text of the answer.

import type { ChatEvent, ChatRequest, ChatResult, Choice, Part } from "#hub.ts";
import { findMembers } from "#wire/json-members.ts";
import type { JsonObject } from "#wire/json.ts";

export interface AnswerTool {
  readonly name: string;
  /** The schema is none of an object, which tools take alone: the answer is the one member of such an object. */
  readonly isWrapped: boolean;
}

const usualName = "give_answer";
const member = "answer";

/** Undefined where no form is asked for that needs it. */
export function askByTool(
  request: ChatRequest,
): { readonly request: ChatRequest; readonly tool: AnswerTool } | undefined {
  const { format, ...rest } = request;
  if (format?.kind !== "schema") return undefined;
  // Tools that may not be called are none.
  const others = request.toolChoice?.kind === "none" ? [] : request.tools;
  const names = new Set(others.map((tool) => (tool.kind === "function" ? tool.name : "")));
  let name = usualName;
  while (names.has(name)) name += "_";
  const isWrapped = format.schema["type"] !== "object";
  const parameters = isWrapped ? wrapped(format.schema) : format.schema;
  const description = `Gives the answer, which has this form.${format.description ? ` ${format.description}` : ""}`;
  return {
    request: {
      ...rest,
      tools: [...others, { kind: "function", name, description, parameters }],
      toolChoice: others.length === 0 ? { kind: "function", name } : { kind: "required" },
    },
    tool: { name, isWrapped },
  };
}

function wrapped(schema: JsonObject): JsonObject {
  return { type: "object", properties: { [member]: schema }, required: [member] };
}

function textOf(argumentsText: string, { isWrapped }: AnswerTool): string {
  if (!isWrapped) return argumentsText;
  const bytes = Buffer.from(argumentsText);
  const held = findMembers(bytes)?.find(({ key }) => key === member);
  return held === undefined ? argumentsText : bytes.toString("utf8", held.valueStart, held.valueEnd);
}

export function readByTool(result: ChatResult, tool: AnswerTool): ChatResult {
  return { ...result, choices: result.choices.map((choice) => readChoice(choice, tool)) };
}

function readChoice(choice: Choice, tool: AnswerTool): Choice {
  const isAnswer = (part: Part): boolean => part.kind === "tool_call" && part.name === tool.name;
  if (!choice.content.some(isAnswer)) return choice;
  const content = choice.content.flatMap((part): readonly Part[] => {
    if (part.kind === "text") return [];
    if (part.kind !== "tool_call" || part.name !== tool.name) return [part];
    return [{ kind: "text", text: textOf(part.argumentsText, tool) }];
  });
  const hasCalls = content.some(({ kind }) => kind === "tool_call");
  const finish = choice.finish === "tool_calls" && !hasCalls ? "stop" : choice.finish;
  return { ...choice, content, finish };
}

/** Of one stream, whose models have one choice. */
export class AnswerToolEvents {
  readonly #tool: AnswerTool;
  /** What was said beside the answer: told where there is none. */
  #said: ChatEvent[] = [];
  #call: number | null = null;
  #argumentsText = "";
  #hasOthers = false;

  constructor(tool: AnswerTool) {
    this.#tool = tool;
  }

  read(event: ChatEvent): readonly ChatEvent[] {
    if (event.kind === "text") return this.#hold(event);
    if (event.kind === "tool_call") return this.#begin(event);
    if (event.kind === "tool_arguments" && event.call === this.#call) return this.#add(event.text);
    return event.kind === "finish" ? this.#finish(event) : [event];
  }

  #hold(event: ChatEvent): readonly ChatEvent[] {
    this.#said.push(event);
    return [];
  }

  #begin(event: Extract<ChatEvent, { kind: "tool_call" }>): readonly ChatEvent[] {
    if (event.name !== this.#tool.name) {
      this.#hasOthers = true;
      return [event];
    }
    this.#call = event.call;
    return [];
  }

  #add(text: string): readonly ChatEvent[] {
    this.#argumentsText += text;
    return this.#tool.isWrapped || text === "" ? [] : [{ kind: "text", index: 0, text }];
  }

  #finish(event: Extract<ChatEvent, { kind: "finish" }>): readonly ChatEvent[] {
    if (this.#call === null) return [...this.#said.splice(0), event];
    const text = this.#tool.isWrapped ? textOf(this.#argumentsText, this.#tool) : "";
    const isOver = event.finish === "tool_calls" && !this.#hasOthers;
    const told: ChatEvent = isOver ? { ...event, finish: "stop" } : event;
    return text === "" ? [told] : [{ kind: "text", index: 0, text }, told];
  }
}
