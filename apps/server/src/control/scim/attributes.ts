// Attributes of a resource by their names, whose case means nothing (RFC 7643, 2.1).

export type Json = Readonly<Record<string, unknown>>;

/** Extensions are named by their schema; those of the resource's own schema may be, too. */
const ownSchema = /^urn:ietf:params:scim:schemas:core:2\.0:(?:User|Group):/i;

export function stepsOf(path: string): readonly string[] {
  const plain = path.replace(ownSchema, "");
  const [, schema, name] = /^(urn:.+):([^:]+)$/.exec(plain) ?? [];
  if (schema === undefined || name === undefined) return plain.split(".");
  return [schema, ...name.split(".")];
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Under which name it is there; the given one where it is not. */
export function nameIn(object: Json, name: string): string {
  const wanted = name.toLowerCase();
  return Object.keys(object).find((one) => one.toLowerCase() === wanted) ?? name;
}

/** All values at a path; one attribute may have several, whose parts are then meant. */
export function valuesAt(resource: unknown, steps: readonly string[]): readonly unknown[] {
  const [step, ...rest] = steps;
  if (Array.isArray(resource)) return resource.flatMap((one: unknown) => valuesAt(one, steps));
  if (step === undefined) return resource === undefined || resource === null ? [] : [resource];
  return isObject(resource) ? valuesAt(resource[nameIn(resource, step)], rest) : [];
}
