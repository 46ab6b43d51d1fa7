import type { Citation } from "#hub.ts";
import type { JsonObject } from "#wire/json.ts";
import { encodeCitation } from "#dialects/openai-responses/citations.ts";
import { messageItem, textContent } from "./output-items.ts";
import type { OutputWriter } from "./output-writer.ts";

/** A text or a refusal that goes on. */
interface OpenPart {
  readonly type: "output_text" | "refusal";
  text: string;
  readonly annotations: JsonObject[];
  readonly logprobs: JsonObject[];
}

/** A message that is being written. */
export class OpenMessage {
  readonly kind = "message";
  id: string;
  readonly #writer: OutputWriter;
  readonly #content: JsonObject[] = [];
  #part: OpenPart | null = null;

  constructor(writer: OutputWriter) {
    this.#writer = writer;
    this.id = writer.nextId("msg");
  }

  begin(): string {
    return this.#writer.begin(messageItem(this.id, "in_progress", []));
  }

  add(type: OpenPart["type"], text: string): string {
    const opened = this.#ensure(type);
    if (this.#part !== null) this.#part.text += text;
    const isText = type === "output_text";
    const delta = { ...this.#place(), delta: text, ...(isText && { logprobs: [] }) };
    return opened + this.#writer.within(`response.${type}.delta`, this.id, delta);
  }

  addCitation(citation: Citation): string {
    const opened = this.#ensure("output_text");
    const annotation = encodeCitation(citation);
    const number = (this.#part?.annotations.push(annotation) ?? 1) - 1;
    const told = { ...this.#place(), annotation_index: number, annotation };
    return opened + this.#writer.within("response.output_text.annotation.added", this.id, told);
  }

  /** They are told with the whole text. */
  addLogprobs(logprobs: readonly JsonObject[]): void {
    this.#part?.logprobs.push(...logprobs);
  }

  end(status: string): string {
    return this.#endPart() + this.#writer.end(messageItem(this.id, status, this.#content));
  }

  #place(): JsonObject {
    return { content_index: this.#content.length };
  }

  #ensure(type: OpenPart["type"]): string {
    if (this.#part?.type === type) return "";
    const ended = this.#endPart();
    this.#part = { type, text: "", annotations: [], logprobs: [] };
    const added = { ...this.#place(), part: writePart(this.#part) };
    return ended + this.#writer.within("response.content_part.added", this.id, added);
  }

  #endPart(): string {
    if (this.#part === null) return "";
    const { type, text, logprobs } = this.#part;
    const part = writePart(this.#part);
    const told = type === "refusal" ? { refusal: text } : { text, logprobs };
    const ended =
      this.#writer.within(`response.${type}.done`, this.id, { ...this.#place(), ...told }) +
      this.#writer.within("response.content_part.done", this.id, { ...this.#place(), part });
    this.#content.push(part);
    this.#part = null;
    return ended;
  }
}

/** As it is now: lists that go on are copied. */
function writePart({ type, text, annotations, logprobs }: OpenPart): JsonObject {
  return type === "refusal" ? { type, refusal: text } : textContent(text, [...annotations], [...logprobs]);
}
