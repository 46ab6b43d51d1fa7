// Ollama's names have a tag, which is `latest` where none is written: `llama3` and `llama3:latest` are one model.

const impliedTag = ":latest";

/** The other way to write the name of the same model; null where a name has a tag of its own. */
export function twinOf(name: string): string | null {
  if (name.endsWith(impliedTag)) return name.slice(0, -impliedTag.length);
  return name.includes(":", name.lastIndexOf("/") + 1) ? null : name + impliedTag;
}
