// Values of others' files and tables, which may be anything.

export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** JSON in a column may come as its text. */
export function fieldsOf(value: unknown): Fields {
  if (isFields(value)) return value;
  if (typeof value !== "string") return {};
  try {
    const parsed: unknown = JSON.parse(value);
    return isFields(parsed) ? parsed : {};
  } catch {
    return {};
  }
}

export function textOf(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** Numbers come as texts, too: as large ones do from a database. */
export function numberOf(value: unknown): number | null {
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

export function textsOf(value: unknown): readonly string[] {
  return listOf(value).flatMap((one) => (typeof one === "string" ? [one] : []));
}

export function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value !== "string" || !value.startsWith("[")) return [];
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** Nothing was said: not set, or set to nothing. */
export function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === "" || value === false) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isFields(value) ? Object.keys(value).length === 0 : false;
}

/** Of the people who are named there, their own words pass nobody's screen unharmed; and names are short here. */
export function nameOf(text: string): string {
  return (
    text
      .replace(/\p{Cc}/gu, " ")
      .trim()
      .slice(0, 100) || "unnamed"
  );
}
