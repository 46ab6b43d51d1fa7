// Which methods a path has, for the difference between 404 and 405.

import { adminRouteList } from "@ghostllm/contract/routes";

/** Of pages: the landing page, the console and the documentation with their files. */
const page = /^\/(?:(?:docs|console)(?:\/.*)?)?$/;

/** Empty for a path that does not exist; `*` is the server as a whole. */
export function methodsOf(path: string): readonly string[] {
  if (path === "*") return ["HEAD", ...new Set(adminRouteList.map(({ method }) => method))];
  const methods = adminRouteList.filter((route) => matches(route.path, path)).map(({ method }) => method);
  const withHead = methods.includes("GET") ? ["HEAD", ...methods] : methods;
  return [...withHead, ...(page.test(path) ? ["GET", "HEAD"] : [])];
}

function matches(template: string, path: string): boolean {
  const wanted = template.split("/");
  const given = path.split("/");
  return (
    wanted.length === given.length &&
    wanted.every((part, index) => part === given[index] || (part.startsWith("{") && given[index] !== ""))
  );
}
