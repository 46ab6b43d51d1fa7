// Names of a request's tools. The dialect groups tools in namespaces, which no other has: there, such a tool is called by
// a name made of both. Whoever answers a request finds in its list of tools which one was meant.

import { isString } from "#dialects/fields/field-reader.ts";
import { isObject, memberOf } from "#wire/json.ts";

export interface ListedTool {
  readonly name: string;
  readonly namespace?: string;
  /** Takes a text instead of JSON. */
  readonly isCustom: boolean;
}

/** Vendors take no longer names: https://platform.openai.com/docs/api-reference/responses/create */
const longestName = 64;

export class ToolNames {
  readonly #tools = new Map<string, ListedTool>();
  readonly #names = new Map<string, string>();

  /** `tools` as the request has them. */
  constructor(tools: unknown) {
    const listed: readonly unknown[] = Array.isArray(tools) ? tools : [];
    for (const tool of listed) this.#add(tool, undefined);
    for (const tool of listed) {
      const nested = isNamespace(tool) ? tool["tools"] : [];
      if (isNamespace(tool) && Array.isArray(nested)) for (const inner of nested) this.#add(inner, tool["name"]);
    }
  }

  /** What others call it. A tool that was found by a search has a namespace, but is listed without. */
  nameOf(name: string, namespace: string | undefined): string {
    if (namespace === undefined) return name;
    const known = this.#names.get(keyOf(name, namespace));
    if (known !== undefined) return known;
    return namespace === name || this.#tools.has(name) ? name : `${namespace}__${name}`;
  }

  /** By the name that others call it. */
  find(name: string): ListedTool | undefined {
    return this.#tools.get(name);
  }

  #add(tool: unknown, namespace: string | undefined): void {
    const name = memberOf(tool, "name");
    if (!isCallable(tool) || !isString(name) || this.#names.has(keyOf(name, namespace))) return;
    const told = namespace === undefined ? name : this.#freeName(`${namespace}__${name}`);
    this.#names.set(keyOf(name, namespace), told);
    const isCustom = memberOf(tool, "type") === "custom";
    this.#tools.set(told, { name, ...(namespace !== undefined && { namespace }), isCustom });
  }

  #freeName(wanted: string): string {
    if (wanted.length <= longestName && !this.#tools.has(wanted)) return wanted;
    for (let number = this.#tools.size; ; number += 1) {
      const ending = `_${number}`;
      const free = wanted.slice(0, longestName - ending.length) + ending;
      if (!this.#tools.has(free)) return free;
    }
  }
}

function keyOf(name: string, namespace: string | undefined): string {
  return JSON.stringify([namespace, name]);
}

export function isNamespace(tool: unknown): tool is { readonly name: string; readonly tools: unknown } {
  return isObject(tool) && tool["type"] === "namespace" && isString(tool["name"]);
}

/** Is it called by its name, with what the model wrote? */
export function isCallable(tool: unknown): boolean {
  const type = memberOf(tool, "type");
  return (type === "function" || type === "custom") && isString(memberOf(tool, "name"));
}
