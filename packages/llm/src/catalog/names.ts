// Which price a name has. A list's rules are wide (`starts_with`), so that a newer or a sibling model would get an older one's
// price: here a name is a listed one, or a version of it, and else it has no price.

import type { ListedModel, NameRule } from "./price-list.ts";

/**
 * What may stand behind a listed name without making another model of it: dates, numbers of versions of the same model,
 * `latest`, `preview`.
 */
const versions = new RegExp(
  String.raw`^(?:[-@:_]?(?:latest|default|exp|experimental|beta|preview|v\d+(?:[.:]\d+)?|` +
    String.raw`\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{2}-\d{2}|\d{8}|\d{6}|\d{4}|\d{3}|\d:\d|[01]))*$`,
);

/** A name of a model with the date of its snapshot: `-2025-08-07`, `-20250929`, `@20250929`. */
const dated = /[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$/;

/** A name whose version is in it already, so that its latest snapshot is of the same model. */
const latestOfVersion = /^(.*\d)-latest$/;

/** The model of a list that has a name, in this order: its own, one of which it is a version, the one without its date. */
export function findModel(models: readonly ListedModel[], name: string): ListedModel | null {
  const asked = withoutOwner(name.toLowerCase());
  const found = findNamed(models, asked) ?? models.find(({ match }) => isVersionBy(match, asked));
  if (found !== undefined) return found;
  const family = latestOfVersion.exec(asked)?.[1] ?? asked.replace(dated, "");
  return family === asked ? null : (findNamed(models, family) ?? null);
}

/** `ft:gpt-4o-2024-08-06:org:suffix:id` -> `ft:gpt-4o-2024-08-06`: what is behind it says whose it is. */
function withoutOwner(name: string): string {
  return name.startsWith("ft:") ? name.split(":", 2).join(":") : name;
}

function findNamed(models: readonly ListedModel[], name: string): ListedModel | undefined {
  return models.find(({ match }) => isNamedBy(match, name)) ?? models.find(({ id }) => id.toLowerCase() === name);
}

function isNamedBy(rule: NameRule, name: string): boolean {
  if (rule.kind === "or") return rule.rules.some((one) => isNamedBy(one, name));
  return rule.kind === "equals" && rule.text === name;
}

function isVersionBy(rule: NameRule, name: string): boolean {
  switch (rule.kind) {
    case "or":
      return rule.rules.some((one) => isVersionBy(one, name));
    case "and":
      return isVersionByAll(rule.rules, name);
    case "regex":
      return rule.pattern.test(name);
    case "equals":
      return rule.text === name;
    case "ends_with":
      return name.endsWith(rule.text) && isOwner(name.slice(0, -rule.text.length));
    case "starts_with":
      return name.startsWith(rule.text) && isVersion(rule.text, name.slice(rule.text.length));
    case "contains": {
      const at = name.indexOf(rule.text);
      return at >= 0 && isOwner(name.slice(0, at)) && isVersion(rule.text, name.slice(at + rule.text.length));
    }
  }
}

/** A pattern among them only narrows what a word says. */
function isVersionByAll(rules: readonly NameRule[], name: string): boolean {
  const patterns = rules.filter(({ kind }) => kind === "regex");
  const words = rules.filter(({ kind }) => kind !== "regex");
  return (
    patterns.every((rule) => isVersionBy(rule, name)) &&
    (words.length === 0 || words.some((rule) => isVersionBy(rule, name)))
  );
}

/** Who made the model, or where it stands: `anthropic.`, `mistralai/`. */
function isOwner(before: string): boolean {
  return before === "" || /[./]$/.test(before);
}

function isVersion(text: string, rest: string): boolean {
  // `gemini-2.0-flash-0` stands for 001, 002 ...
  return versions.test(rest) || (text.endsWith("-0") && /^\d{2}$/.test(rest));
}
