// Which methods a path has, for the difference between 404 and 405.

import {
  adminRouteList,
  livePath,
  scimPath,
  serviceOf,
  serviceOfConsole,
  serviceOfScim,
} from "@ghostllm/contract/routes";
import type { Service } from "@ghostllm/contract/routes";

/** Of pages: the landing page, the console and the documentation with their files. */
const page = /^\/(?:(?:docs|console)(?:\/.*)?)?$/;

/** Empty for a path that does not exist; `*` is the server as a whole. */
export function methodsOf(path: string): readonly string[] {
  if (path === "*") return ["HEAD", ...new Set(adminRouteList.map(({ method }) => method))];
  const methods = adminRouteList.filter((route) => matches(route.path, path)).map(({ method }) => method);
  const withHead = methods.includes("GET") ? ["HEAD", ...methods] : methods;
  return [...withHead, ...(page.test(path) ? ["GET", "HEAD"] : [])];
}

/** Those of all dialects begin so. */
const modelPath = /^\/(?:v1|v1beta|api)\//;

/** Which service has it; null for what all of them have, and for what does not exist. */
export function serviceOfPath(path: string): Service | null {
  const route = adminRouteList.find((one) => matches(one.path, path));
  if (route !== undefined) return serviceOf(route);
  if (modelPath.test(path)) return "proxy";
  if (path.startsWith(`${scimPath}/`)) return serviceOfScim;
  return path === livePath || /^\/console(\/.*)?$/.test(path) ? serviceOfConsole : null;
}

function matches(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part === given[index] || (part.startsWith("{") && given[index] !== ""))
  );
}
