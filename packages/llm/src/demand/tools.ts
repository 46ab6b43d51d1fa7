// Tools as requests declare them: which the client runs, and what those cost that the vendor runs.

import { Fields } from "#wire/json-tree.ts";
import type { Tree } from "#wire/json-tree.ts";
import type { ToolDemand } from "./request-demand.ts";

const clients: ToolDemand = {};
const described: ToolDemand = { isHidden: true };
const found = "what a search finds";

type Judge = (tool: Fields) => ToolDemand;

const functionTypes = /^(?:function|custom|namespace)$/;

/** By `type`. What is not here is run by a vendor who may charge anything for it. */
const byType: readonly (readonly [type: RegExp, judge: Judge])[] = [
  [functionTypes, () => clients],
  [/^(?:bash|text_editor|computer|memory)_\d{8}$/, () => described],
  [/^(?:local_shell|shell|apply_patch|computer|computer[_-]\w+)$/, () => described],
  [/^tool_search(?:_tool_\w+)?$/, () => ({ isHidden: true, loop: "anthropic", calls: 10 })],
  [/^web_search_\d{8}$/, (tool) => ({ ...anthropic(tool), isSearch: true, unseen: found })],
  [
    /^web_fetch_\d{8}$/,
    (tool) => ({ ...anthropic(tool), calls: usesOf(tool) ?? 10, unseen: "pages that are fetched" }),
  ],
  [/^code_execution_\d{8}$/, (tool) => ({ ...anthropic(tool), calls: 10, unseen: "what code puts out" })],
  [/^mcp_toolset$/, (tool) => ({ ...anthropic(tool), calls: 10, unseen: "tools of another server" })],
  [/^web_search(?:_preview\w*|_2025_\w+)?$/, () => ({ ...openai, isSearch: true, unseen: found })],
  [/^file_search$/, () => ({ ...openai, isFileSearch: true, unseen: "files that the vendor searches" })],
  [/^code_interpreter$/, () => ({ ...openai, isContainer: true, unseen: "what code puts out" })],
  [/^mcp$/, () => ({ ...openai, unseen: "tools of another server, which the vendor asks" })],
  [/^advisor_\d{8}$/, () => ({ boundless: "the advice of another model" })],
  [/^image_generation$/, () => ({ boundless: "pictures that a tool makes" })],
  [/^(?:x_search|browser_search)$/, () => ({ boundless: "searches" })],
];

const openai: ToolDemand = { isHidden: true, loop: "openai" };

function anthropic(tool: Fields): ToolDemand {
  return { isHidden: true, loop: "anthropic", calls: usesOf(tool) };
}

/** The largest that is named; null where none is. */
function usesOf(tool: Fields): number | null {
  const named = tool.all("maxuses").filter((value) => typeof value === "number");
  return named.length === 0 ? null : Math.max(...named);
}

/** Google takes no bound of its searches: more in one answer were not seen. */
const mostGoogleSearches = 100;

/** By the name of the member that declares it. Google charges each search of its newer models, and nothing for what was found. */
const byName: Readonly<Record<string, ToolDemand>> = {
  functiondeclarations: clients,
  function: clients,
  computeruse: clients,
  googlesearch: { isSearch: true, calls: mostGoogleSearches },
  googlesearchretrieval: { isSearch: true, calls: mostGoogleSearches },
  urlcontext: { unseen: "pages that the vendor fetches" },
  codeexecution: { unseen: "what code puts out" },
  filesearch: { unseen: "files that the vendor searches" },
  retrieval: { unseen: "files that the vendor searches" },
  googlemaps: { boundless: "searches of maps" },
  enterprisewebsearch: { boundless: "searches of the web for enterprises" },
};

/** Members that describe a tool that clients run. */
const describing: ReadonlySet<string> = new Set([
  ...["type", "name", "description", "inputschema", "parameters", "strict", "cachecontrol", "deferloading", "format"],
  ...["outputschema", "inputexamples", "allowedcallers", "eagerinputstreaming"],
]);

export function demandsOfTool(tool: Tree): readonly ToolDemand[] {
  if (!(tool instanceof Fields)) return [];
  const types = tool.texts("type");
  if (types.length > 0) return types.map((type) => judgeType(type, tool));
  return tool.entries
    .filter(([name, value]) => value !== null && !describing.has(name))
    .map(([name]) => (Object.hasOwn(byName, name) ? byName[name] : undefined) ?? unknownTool(name));
}

/** Run by the client, in whatever dialect it is described. */
export function isFunction(tool: Fields): boolean {
  const types = tool.texts("type");
  if (types.length > 0) return types.some((type) => functionTypes.test(type));
  return tool.entries.some(([name, value]) => value !== null && functionMembers.has(name));
}

const functionMembers: ReadonlySet<string> = new Set(["name", "function", "functiondeclarations"]);

function judgeType(type: string, tool: Fields): ToolDemand {
  const known = byType.find(([pattern]) => pattern.test(type));
  return known === undefined ? unknownTool(type) : known[1](tool);
}

function unknownTool(name: string): ToolDemand {
  return { boundless: `a tool of the kind '${name.slice(0, 40)}', which the vendor runs` };
}
