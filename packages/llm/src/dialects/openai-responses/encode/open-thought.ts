import type { OutputWriter } from "./output-writer.ts";
import { reasoningItem } from "./output-items.ts";

/** Thoughts that are being written: as the summary of them, which is what clients show. */
export class OpenThought {
  readonly kind = "thought";
  readonly #writer: OutputWriter;
  readonly #id: string;
  #text = "";

  constructor(writer: OutputWriter) {
    this.#writer = writer;
    this.#id = writer.nextId("rs");
  }

  begin(): string {
    return this.#writer.begin(reasoningItem(this.#id, "", undefined));
  }

  add(text: string): string {
    const opened = this.#text === "" ? this.#tellPart("added", "") : "";
    this.#text += text;
    const delta = { summary_index: 0, delta: text };
    return opened + this.#writer.within("response.reasoning_summary_text.delta", this.#id, delta);
  }

  end(_status: string, seal?: string): string {
    return this.#endPart() + this.#writer.end(reasoningItem(this.#id, this.#text, seal));
  }

  #endPart(): string {
    if (this.#text === "") return "";
    const done = { summary_index: 0, text: this.#text };
    const text = this.#writer.within("response.reasoning_summary_text.done", this.#id, done);
    return text + this.#tellPart("done", this.#text);
  }

  #tellPart(change: "added" | "done", text: string): string {
    const part = { summary_index: 0, part: { type: "summary_text", text } };
    return this.#writer.within(`response.reasoning_summary_part.${change}`, this.#id, part);
  }
}
