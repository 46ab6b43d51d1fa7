import { shortHashOf } from "#dialects/names/text-hash.ts";
import type { Quirks } from "#providers/definition.ts";

const nine = /^[a-zA-Z0-9]{9}$/;

/** The id of a call or of its result in the form that the vendor takes. The same is always made of the same. */
export function writeCallId(id: string, form: Quirks["callIds"]): string {
  return form === undefined || nine.test(id) ? id : shortHashOf(id, 9);
}
