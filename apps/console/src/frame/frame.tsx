// What stands around every page: the sidebar, or its drawer on phones, and the palette. Shown to who has signed in only.

import { useQuery } from "@tanstack/react-query";
import { Outlet, useRouter } from "@tanstack/react-router";
import { createContext, lazy, Suspense, useContext, useEffect, useState } from "react";
import { useApi } from "#api/api.tsx";
import { LiveProvider, useLostSince } from "#api/live.tsx";
import { formatMoment } from "#format/time.ts";
import { KeptProvider } from "#parts/kept.tsx";
import { Failure } from "#parts/states.tsx";
import { Sidebar } from "./sidebar.tsx";

interface FrameControls {
  openDrawer(): void;
  openPalette(): void;
}

/** Loaded when somebody opens them. */
const Drawer = lazy(async () => ({ default: (await import("./drawer.tsx")).Drawer }));
const Palette = lazy(async () => ({ default: (await import("./palette.tsx")).Palette }));

const FrameContext = createContext<FrameControls | null>(null);

export function useFrame(): FrameControls {
  const controls = useContext(FrameContext);
  if (controls === null) throw new Error("There is no Frame above");
  return controls;
}

export function Frame() {
  const { queries } = useApi();
  const { data: me, error, refetch } = useQuery(queries.me);
  const isConfined = me?.must_set_up_second_factor === true;
  useLeadingTo(me === null ? "/sign-in" : isConfined ? "/set-up" : null);
  if (me === undefined) return error === null ? null : <Failure error={error} onRetry={() => void refetch()} />;
  if (me === null || isConfined) return null;
  return (
    <LiveProvider>
      <KeptProvider>
        <SignedIn />
      </KeptProvider>
    </LiveProvider>
  );
}

/** Leads a stranger, also one whose session has ended, to the sign-in, and who has to set up a second factor to that; from there back. */
function useLeadingTo(page: "/sign-in" | "/set-up" | null): void {
  const router = useRouter();
  useEffect(() => {
    if (page === null) return;
    const { href } = router.state.location;
    void router.navigate({ to: page, search: href === "/" ? {} : { to: href }, replace: true });
  }, [page, router]);
}

const narrowName = "ghostllm.sidebar";

function wasNarrow(): boolean {
  try {
    return localStorage.getItem(narrowName) === "narrow";
  } catch {
    return false;
  }
}

function keepNarrow(isNarrow: boolean): void {
  try {
    localStorage.setItem(narrowName, isNarrow ? "narrow" : "wide");
  } catch {
    // It holds for as long as the page is open.
  }
}

function SignedIn() {
  const [isNarrow, setNarrow] = useState(wasNarrow);
  const [isDrawerOpen, setDrawerOpen] = useState(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const controls = { openDrawer: () => setDrawerOpen(true), openPalette: () => setPaletteOpen(true) };
  usePaletteKey(() => setPaletteOpen((isOpen) => !isOpen));
  const narrow = (next: boolean): void => {
    setNarrow(next);
    keepNarrow(next);
  };
  return (
    <FrameContext value={controls}>
      <a
        href="#content"
        onClick={(event) => {
          // The page's base is not its own address: a plain fragment would lead away.
          event.preventDefault();
          document.querySelector<HTMLElement>("main")?.focus();
        }}
        className="fixed top-2 left-2 z-50 -translate-y-16 rounded-sm bg-accent px-3 py-1.5 text-accent-text focus:translate-y-0"
      >
        Skip to the page
      </a>
      <div
        className={`min-h-screen md:grid ${isNarrow ? "md:grid-cols-[56px_minmax(0,1fr)]" : "md:grid-cols-[var(--sidebar)_minmax(0,1fr)]"}`}
      >
        <aside aria-label="Sidebar" className="sticky top-0 hidden h-screen border-r border-line md:block">
          <Sidebar isNarrow={isNarrow} onNarrow={narrow} />
        </aside>
        <div className="min-w-0">
          <LostLine />
          <Outlet />
        </div>
      </div>
      <Suspense fallback={null}>
        {isDrawerOpen && <Drawer onClose={() => setDrawerOpen(false)} />}
        {isPaletteOpen && <Palette onClose={() => setPaletteOpen(false)} />}
      </Suspense>
    </FrameContext>
  );
}

/** What is shown may be old. */
function LostLine() {
  const since = useLostSince();
  return (
    <div role="status">
      {since !== null && (
        <p className="border-b border-line bg-warn-soft px-6 py-1 text-xs text-warn">
          Reconnecting, data from {formatMoment(since)}
        </p>
      )}
    </div>
  );
}

function usePaletteKey(toggle: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== "k" || !(event.metaKey || event.ctrlKey)) return;
      event.preventDefault();
      toggle();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  });
}
