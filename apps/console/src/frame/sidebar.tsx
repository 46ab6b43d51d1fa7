import { Link } from "@tanstack/react-router";
import { PanelLeftClose, PanelLeftOpen } from "lucide-react";
import { useCaller } from "#api/me.ts";
import { IconButton } from "#parts/button.tsx";
import { Ghost } from "./brand.tsx";
import { placeGroups } from "./navigation.ts";
import type { Place } from "./navigation.ts";
import { SignedInUser } from "./signed-in-user.tsx";
import { WaitingCount } from "./waiting-count.tsx";

interface SidebarProps {
  readonly isNarrow: boolean;
  /** Null in the drawer of phones, which is closed by itself. */
  readonly onNarrow: ((isNarrow: boolean) => void) | null;
  /** Called when a place was chosen. */
  readonly onLeave?: () => void;
}

export function Sidebar({ isNarrow, onNarrow, onLeave }: SidebarProps) {
  const { may } = useCaller();
  const groups = placeGroups.map(({ title, places }) => ({
    title,
    places: places.filter(({ permission }) => permission === undefined || may(permission)),
  }));
  return (
    <div className="flex h-full flex-col gap-0.5 px-2 py-2.5">
      <div className={`flex items-center gap-2 pb-2 ${isNarrow ? "justify-center" : "pl-2"}`}>
        {!isNarrow && (
          <>
            <Ghost className="size-5" />
            <span className="flex-1 text-md font-semibold tracking-tight">GhostLLM</span>
          </>
        )}
        {onNarrow !== null && (
          <IconButton
            label={isNarrow ? "Widen the sidebar" : "Narrow the sidebar"}
            icon={isNarrow ? <PanelLeftOpen /> : <PanelLeftClose />}
            onClick={() => onNarrow(!isNarrow)}
          />
        )}
      </div>
      <nav aria-label="Pages" className="flex min-h-0 flex-1 flex-col gap-0.5 overflow-y-auto">
        {groups.map(({ title, places }) => (
          <div key={title ?? ""} className="contents">
            {title !== null && places.length > 0 && (
              <h2
                className={
                  isNarrow ? "my-2 border-t border-line text-[0px]" : "px-2 pt-3.5 pb-1 text-xs font-medium text-faint"
                }
              >
                {title}
              </h2>
            )}
            {places.map((place) => (
              <PlaceLink key={place.path} place={place} isNarrow={isNarrow} {...(onLeave && { onLeave })} />
            ))}
          </div>
        ))}
      </nav>
      <SignedInUser isNarrow={isNarrow} />
    </div>
  );
}

interface PlaceLinkProps {
  readonly place: Place;
  readonly isNarrow: boolean;
  readonly onLeave?: () => void;
}

function PlaceLink({ place: { title, path, icon: Icon, waiting }, isNarrow, onLeave }: PlaceLinkProps) {
  return (
    <Link
      to={path}
      preload="intent"
      title={isNarrow ? title : undefined}
      activeOptions={{ exact: path === "/", includeSearch: false }}
      onClick={onLeave}
      className={`relative flex h-[30px] shrink-0 items-center gap-2.5 rounded-sm text-muted transition hover:bg-hover [&_svg]:size-[15px] [&_svg]:shrink-0 ${isNarrow ? "justify-center" : "px-2"}`}
      activeProps={{ className: "bg-selected! text-text! font-medium [&_svg]:text-accent" }}
    >
      <Icon aria-hidden strokeWidth={1.75} />
      {isNarrow ? <span className="sr-only">{title}</span> : title}
      {waiting !== undefined && <WaitingCount isNarrow={isNarrow} />}
    </Link>
  );
}
