// How a dialect writes a conversation: where its messages stand in requests, and what of an answer is a message of the next request. For
// whoever keeps conversations: messages are texts of JSON, and stay as they were written.

import type { JsonObject } from "#wire/json.ts";

export interface ConversationForm {
  /** The member of a request that is the list of its messages. */
  readonly member: string;
  /** Did the model say it? */
  isSaid(message: JsonObject): boolean;
  /** What stands for a list that is a text alone, where it may be one. */
  readonly fromText?: (text: string) => JsonObject;
  /** The messages that a whole answer is in later requests, byte for byte; none where it has none. */
  said(answer: Buffer): readonly string[];
  /** As a model would have said it. */
  fromSaidText(text: string): JsonObject;
  /** Where a request says how many tokens its answer may have. */
  readonly limits: readonly (readonly string[])[];
  /** In a stream that has not ended: a text of it has, so that nothing can be added to that. */
  readonly closes?: RegExp;
  /** Events of a stream that comes in another form, as those that are decoded. */
  readonly asEvents?: (stream: Buffer) => Buffer;
}
