// Serves the console below /console/: its page for every path that is no file, so that links into it work. The page knows
// its own address by a relative base, so that it works below any path of a proxy. Invariant: no script and no style runs
// that is not a file of ours, but for styles that the page's own script adds with the nonce of this answer.

import { randomBytes } from "node:crypto";
import { GhostError } from "@ghostllm/contract";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Clock } from "#domain/clock.ts";
import { ConsoleFolder } from "./console-folder.ts";
import type { ConsoleFile } from "./console-folder.ts";
import { renderWaitingPage, waitingPolicy } from "./waiting-page.ts";

/** As the build writes them into the page. */
const [nonceMark, baseMark] = ["CSP_NONCE", '<base href="./"'] as const;
const aYear = "public, max-age=31536000, immutable";

interface ConsoleOptions {
  /** Null where there is no console. */
  readonly directory: string | null;
  readonly clock: Clock;
}

export function serveConsole(app: FastifyInstance, { directory, clock }: ConsoleOptions): void {
  const folder = directory === null ? null : new ConsoleFolder(directory);
  // Relative, since only the browser knows what stands before it.
  app.get("/console", async (request, reply) =>
    pathOf(request).endsWith("/") ? answer(request, reply) : reply.redirect("console/", 307),
  );
  app.get("/console/*", (request, reply) => answer(request, reply));

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (folder === null) throw new GhostError("not_found", noConsole);
    const path = pathOf(request).slice("/console/".length);
    const file = await folder.file(path);
    if (file === null) throw new GhostError("not_found", `The console has no file ${path}`);
    return file === undefined ? answerPage(folder, path, reply) : answerFile(file, request, reply);
  }

  async function answerPage(pages: ConsoleFolder, path: string, reply: FastifyReply): Promise<FastifyReply> {
    const page = await pages.page(clock.now());
    reply.header("cache-control", "no-cache");
    if (page.kind === "absent") throw new GhostError("not_found", noConsole);
    reply.type("text/html; charset=utf-8");
    if (page.kind !== "page") {
      return reply.header("content-security-policy", waitingPolicy).send(renderWaitingPage(page.kind));
    }
    const nonce = randomBytes(18).toString("base64url");
    const base = "../".repeat(path.split("/").length - 1) || "./";
    const html = page.html.replaceAll(nonceMark, nonce).replace(baseMark, `<base href="${base}"`);
    return reply.header("content-security-policy", consolePolicy(nonce)).send(html);
  }
}

const noConsole = "This server has no console: `console.directory` names the folder of a built one";

function consolePolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join("; ");
}

function answerFile(file: ConsoleFile, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  reply.headers({ etag: file.etag, "cache-control": file.isUnchanging ? aYear : "no-cache" });
  const known = request.headers["if-none-match"] ?? "";
  if (known.replaceAll("W/", "").includes(file.etag)) {
    file.content.destroy();
    return reply.status(304).send();
  }
  return reply.type(file.type).header("content-length", file.bytes).send(file.content);
}

function pathOf({ url }: FastifyRequest): string {
  return url.split("?", 1)[0] ?? "";
}
