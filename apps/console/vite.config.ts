// How the console is built, and served while one works on it: `npm run dev -w apps/console` beside `npm run dev`.

import tailwind from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:8080";

export default defineConfig(({ command }) => ({
  // Relative, since nobody knows below which path of a proxy it will be.
  base: command === "build" ? "./" : "/console/",
  plugins: [react(), tailwind(), command === "serve" && baseOfPage()],
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
