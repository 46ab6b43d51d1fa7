// How the console is built, and served while one works on it: `npm run dev -w apps/console` beside `npm run dev`.

import tailwind from "@tailwindcss/vite";
import { pathToFileURL } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:8080";

export default defineConfig(({ command }) => ({
  // Relative, since nobody knows below which path of a proxy it will be.
  base: command === "build" ? "./" : "/console/",
  plugins: [
    react(),
    tailwind(),
    ...(command === "build" ? [ranAtBuild(), withoutHelp()] : []),
    command === "serve" && baseOfPage(),
  ],
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

/** A page gets of a module `*.at-build.ts` what it exports, as data, and nothing of what it takes to make that. */
function ranAtBuild() {
  return {
    name: "ran-at-build",
    enforce: "pre" as const,
    async load(id: string) {
      if (!id.endsWith(".at-build.ts")) return null;
      const exported = Object.entries((await import(pathToFileURL(id).href)) as object);
      return exported.map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};`).join("\n");
    },
  };
}

const helpOfErrors = /\bhelp:\s*"(?:[^"\\]|\\.)*"/g;

/** What the documents of the API say of errors, no browser reads. */
function withoutHelp() {
  return {
    name: "without-help",
    enforce: "pre" as const,
    transform(code: string, id: string) {
      return /contract[/\\]src[/\\]errors\.ts$/.test(id)
        ? { code: code.replace(helpOfErrors, 'help: ""'), map: null }
        : null;
    },
  };
}
