// What a stored request says, read for people: who says what, in whichever dialect. What is not known is shown as it is.

export interface Message {
  readonly speaker: string;
  readonly text: string;
}

type Json = Readonly<Record<string, unknown>>;

/** Null where nothing of the kind is found: the body is cut, or is of another kind. */
export function messagesOf(body: string): readonly Message[] | null {
  const request = parsed(body);
  if (!isObject(request)) return null;
  const messages = [...systemOf(request), ...turnsOf(request)].filter(({ text }) => text !== "");
  return messages.length === 0 ? null : messages;
}

/** As it is written for people; what is no JSON stays as it is. */
export function indented(body: string): string {
  const value = parsed(body);
  return value === undefined ? body : JSON.stringify(value, null, 2);
}

function systemOf(request: Json): readonly Message[] {
  const given = request["system"] ?? request["instructions"] ?? request["systemInstruction"];
  return given === undefined ? [] : [{ speaker: "system", text: textOf(given) }];
}

function turnsOf(request: Json): readonly Message[] {
  const given = request["messages"] ?? request["contents"] ?? request["input"] ?? request["prompt"];
  if (typeof given === "string") return [{ speaker: "user", text: given }];
  if (!Array.isArray(given)) return [];
  return given.map((one: unknown) => {
    if (!isObject(one)) return { speaker: "user", text: textOf(one) };
    const named = one["role"] ?? one["type"];
    return { speaker: typeof named === "string" ? named : "user", text: textOf(one["content"] ?? one["parts"] ?? one) };
  });
}

/** Of a text, of a list of parts, or of a part; what is none of a text is shown as JSON. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(textOf).join("\n");
  if (isObject(value)) {
    const { text, parts } = value;
    if (typeof text === "string") return text;
    if (Array.isArray(parts)) return textOf(parts);
  }
  return JSON.stringify(value);
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
