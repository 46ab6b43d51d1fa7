import { Link } from "@tanstack/react-router";
import { LogOut } from "lucide-react";
import { useCaller } from "#api/me.ts";
import { initialsOf } from "#format/id.ts";
import { IconButton } from "#parts/button.tsx";
import { accountPlace } from "./navigation.ts";
import { useSignOut } from "./sign-out.ts";

/** Who has signed in: a way to what is his own, and out. */
export function SignedInUser({ isNarrow }: { readonly isNarrow: boolean }) {
  const { me } = useCaller();
  const signOut = useSignOut();
  const name = me.user?.email ?? "Admin key";
  return (
    <div className={`mt-auto flex items-center gap-1 border-t border-line pt-1.5 ${isNarrow ? "flex-col" : ""}`}>
      <Link
        to={accountPlace.path}
        title={`${name}: ${accountPlace.title.toLowerCase()}`}
        className="flex min-w-0 flex-1 items-center gap-2.5 rounded-sm p-1.5 transition hover:bg-hover"
      >
        <span
          aria-hidden
          className="grid size-6 shrink-0 place-items-center rounded-full bg-accent-soft text-[11px] font-semibold text-accent"
        >
          {initialsOf(name)}
        </span>
        <span className={isNarrow ? "sr-only" : "min-w-0"}>
          <span className="block truncate font-medium">{name}</span>
          <span className="block text-xs text-muted first-letter:uppercase">{me.role}</span>
        </span>
      </Link>
      <IconButton label="Sign out" icon={<LogOut />} onClick={signOut} />
    </div>
  );
}
