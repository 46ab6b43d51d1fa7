import { editRequestTexts } from "./request-texts.ts";
import type { DialectTexts } from "./dialect-texts.ts";

export interface AnswerToEdit {
  readonly body: Buffer;
  readonly contentType: string;
  readonly texts: DialectTexts;
}

/** Sound and pictures have no texts. */
export function hasTexts(contentType: string): boolean {
  return !/^(?:audio|image|video)\//i.test(contentType);
}

/** A whole answer with its texts changed; the same where none was. What is no JSON is one text. */
export function editAnswerTexts(
  { body, contentType, texts }: AnswerToEdit,
  edit: (text: string) => string | null,
): Buffer {
  if (!hasTexts(contentType)) return body;
  const written = body.toString("utf8");
  const visitor = { edit, editName: () => null, unreadable: () => undefined };
  const told = editRequestTexts(written, texts.answer, visitor) ?? edit(written);
  return told === null || told === written ? body : Buffer.from(told);
}
