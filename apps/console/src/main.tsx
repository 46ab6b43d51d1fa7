import "./styles/index.css";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiProvider, createApi } from "#api/api.tsx";
import { createQueryClient } from "#api/query-client.ts";
import { ThemeProvider } from "#parts/theme.tsx";
import { ToastProvider } from "#parts/toast.tsx";
import { createConsoleRouter } from "./router.tsx";

// What lies over the page holds it still by a style of its own, which the page's policy lets pass by this.
const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce;
if (nonce !== undefined) setNonce(nonce);

// After an update the files of the old console are gone: what is missing is in the new one. A server that is away has none.
addEventListener("vite:preloadError", () => {
  void fetch(document.baseURI, { method: "HEAD" }).then(
    ({ ok }) => ok && location.reload(),
    () => {},
  );
});

const { pathname } = new URL(document.baseURI);
const container = document.querySelector("#root");
if (container === null) throw new Error("The page has no place for the console");
createRoot(container).render(
  <StrictMode>
    <ApiProvider api={createApi(document.baseURI)} queryClient={createQueryClient()}>
      <ThemeProvider>
        <ToastProvider>
          <RouterProvider router={createConsoleRouter(pathname)} />
        </ToastProvider>
      </ThemeProvider>
    </ApiProvider>
  </StrictMode>,
);
