export interface AnswerPart {
  readonly kind: "text" | "code";
  readonly text: string;
  /** As it was named behind the fence; empty for none. */
  readonly language: string;
}

const fence = /^ {0,3}(`{3,}|~{3,})\s*([^`\n]*)$/;

/** An answer as text and blocks of code, in its order. A block that has not ended yet is one already. */
export function splitAnswer(answer: string): readonly AnswerPart[] {
  const parts: AnswerPart[] = [];
  let [lines, open, language]: [string[], string, string] = [[], "", ""];
  const close = (kind: AnswerPart["kind"]): void => {
    const text = lines.join("\n");
    if (kind === "code" || text.trim() !== "")
      parts.push({ kind, text: kind === "text" ? trimLines(text) : text, language });
    lines = [];
  };
  for (const line of answer.split("\n")) {
    const [, marks = "", name = ""] = fence.exec(line) ?? [];
    if (open === "" && marks !== "") {
      close("text");
      [open, language] = [marks, name.trim()];
    } else if (open !== "" && name === "" && marks.startsWith(open)) {
      close("code");
      [open, language] = ["", ""];
    } else lines.push(line);
  }
  close(open === "" ? "text" : "code");
  return parts;
}

function trimLines(text: string): string {
  return text.replace(/^\s*\n|\n\s*$/g, "");
}
