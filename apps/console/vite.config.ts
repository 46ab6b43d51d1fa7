// How the console is built, and served while one works on it: `npm run dev -w apps/console` beside `npm run dev`.

import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:8080";

export default defineConfig(({ command }) => ({
  // Relative, since nobody knows below which path of a proxy it will be.
  base: command === "build" ? "./" : "/console/",
  plugins: [react(), tailwind(), command === "build" && withoutDocumentation(), command === "serve" && baseOfPage()],
  // The server writes one into each page that it answers.
  html: command === "build" ? { cspNonce: "CSP_NONCE" } : {},
  build: { target: "es2023", assetsInlineLimit: 0, reportCompressedSize: false },
  server: { proxy: { "/admin": server, "/v1": server, "/health": server } },
}));

/** What the server does in the built page. */
function baseOfPage() {
  return {
    name: "base-of-page",
    transformIndexHtml: (html: string) => html.replace('<base href="./"', '<base href="/console/"'),
  };
}

const text = /"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/.source;
const ofEntries = new RegExp(`\\b(summary|description|help|about):\\s*(?:${text})`, "g");
const ofFields = new RegExp(`\\.describe\\(\\s*(?:${text}|\\w+\\.\\w+),?\\s*\\)`, "g");
const ofDocument = /\.meta\(\{ id: "\w+" \}\)|^ {4}(?:tag|permission: "[\w.]+"),\n/gm;
const ofEndpoints = new RegExp(`:\\s*(?:${text})(?=,\\n)`, "g");

/** What the documents of the API say of routes, fields, errors and endpoints, no browser reads: it is some kilobytes of each page. */
function withoutDocumentation() {
  return {
    name: "without-documentation",
    enforce: "pre" as const,
    transform(code: string, id: string) {
      const [, file = ""] = /packages[/\\]contract[/\\]src[/\\](.+)$/.exec(id) ?? [];
      if (/^access[/\\]endpoints\.ts/.test(file)) return { code: code.replace(ofEndpoints, ': ""'), map: null };
      if (!/^(?:routes|events)[/\\]|^(?:errors|usage-fields)\.ts/.test(file)) return null;
      return { code: code.replace(ofEntries, '$1: ""').replace(ofFields, "").replace(ofDocument, ""), map: null };
    },
  };
}
