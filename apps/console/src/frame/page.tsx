// A page: the top bar with its title and what can be done there, and its panels.

import { Link } from "@tanstack/react-router";
import { Menu, Search } from "lucide-react";
import { useEffect } from "react";
import type { ReactNode } from "react";
import { IconButton } from "#parts/button.tsx";
import { Bell } from "./bell.tsx";
import { useFrame } from "./frame.tsx";

interface PageProps {
  readonly title: string;
  /** The list that it is one of. */
  readonly parent?: {
    readonly title: string;
    readonly path: string;
    readonly search?: Readonly<Record<string, string>>;
  };
  /** What time and what part the page is about. */
  readonly filters?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

const isMac = /Mac|iP/.test(navigator.userAgent);

export function Page({ title, parent, filters, actions, children }: PageProps) {
  const { openDrawer } = useFrame();
  useEffect(() => {
    document.title = `${title} · GhostLLM`;
  }, [title]);
  return (
    <>
      <header className="sticky top-0 z-20 flex min-h-(--topbar) flex-wrap items-center gap-2.5 border-b border-line bg-canvas px-3.5 py-2 md:flex-nowrap md:px-6 md:py-0">
        <IconButton label="Open the menu" icon={<Menu />} className="-ml-1.5 md:hidden" onClick={openDrawer} />
        <span className="flex min-w-0 items-baseline gap-1.5 text-md tracking-tight">
          {parent !== undefined && (
            <>
              <Link to={parent.path} search={parent.search ?? {}} className="text-muted hover:text-text">
                {parent.title}
              </Link>
              <span aria-hidden className="text-faint">
                /
              </span>
            </>
          )}
          <h1 className="truncate font-semibold">{title}</h1>
        </span>
        <span className="flex-1" />
        {filters !== undefined && filters !== false && (
          <div className="order-last flex w-full min-w-0 md:order-none md:w-auto">{filters}</div>
        )}
        <SearchButtons />
        <Bell />
        {actions}
      </header>
      <main
        id="content"
        tabIndex={-1}
        className="grid max-w-[1480px] min-w-0 grid-cols-[minmax(0,1fr)] gap-4 px-3.5 pt-5 pb-10 outline-none md:px-6"
      >
        {children}
      </main>
    </>
  );
}

function SearchButtons() {
  const { openPalette } = useFrame();
  return (
    <>
      <button
        type="button"
        onClick={openPalette}
        className="hidden h-(--control) items-center gap-2 rounded-sm border border-line-strong bg-surface px-2.5 text-muted transition hover:bg-hover xl:inline-flex"
      >
        <Search aria-hidden className="size-3.5" />
        Search or jump to
        <kbd className="rounded-[4px] border border-line px-1 font-mono text-[11px] text-faint">
          {isMac ? "⌘K" : "Ctrl K"}
        </kbd>
      </button>
      <IconButton label="Search or jump to" icon={<Search />} className="xl:hidden" onClick={openPalette} />
    </>
  );
}
