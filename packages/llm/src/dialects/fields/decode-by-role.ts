import type { Message } from "#hub.ts";
import { isObject } from "#wire/json.ts";
import { FieldReader, isString } from "./field-reader.ts";

/** One small function per role. */
export type RoleDecoders<Conversation> = Readonly<
  Record<string, (reader: FieldReader, conversation: Conversation) => Message>
>;

/** A message of an unknown role comes back as it was. */
export function decodeByRole<Conversation>(
  message: unknown,
  decoders: RoleDecoders<Conversation>,
  conversation: Conversation,
  dialect: string,
): Message {
  const role = isObject(message) ? message["role"] : undefined;
  const decode = isString(role) && Object.hasOwn(decoders, role) ? decoders[role] : undefined;
  if (!isObject(message) || decode === undefined) {
    return { role: "user", content: [{ kind: "opaque", dialect, value: message, place: "messages" }] };
  }
  const reader = new FieldReader(dialect, message);
  reader.drop("role");
  return decode(reader, conversation);
}
