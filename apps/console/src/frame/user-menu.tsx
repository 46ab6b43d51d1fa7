import { Check, LogOut } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useCaller } from "#api/me.ts";
import { initialsOf } from "#format/id.ts";
import { menuClass, menuItemClass } from "#parts/menu-look.ts";
import { themes, useTheme } from "./theme.tsx";
import { useSignOut } from "./sign-out.ts";

const themeNames = { system: "As the system", light: "Light", dark: "Dark" } as const;

export function UserMenu({ isNarrow }: { readonly isNarrow: boolean }) {
  const { me } = useCaller();
  const { theme, choose } = useTheme();
  const signOut = useSignOut();
  const name = me.user?.email ?? "Admin key";
  return (
    <div className="mt-auto border-t border-line pt-1.5">
      <DropdownMenu.Root>
        <DropdownMenu.Trigger
          className={`flex w-full items-center gap-2.5 rounded-sm p-1.5 text-left transition hover:bg-hover ${isNarrow ? "justify-center" : ""}`}
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
            <span className="sr-only">Theme and sign-out</span>
          </span>
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content side="top" align="start" sideOffset={6} className={`${menuClass} min-w-[204px]`}>
            <DropdownMenu.RadioGroup value={theme}>
              {themes.map((one) => (
                <DropdownMenu.RadioItem key={one} value={one} className={menuItemClass} onSelect={() => choose(one)}>
                  <span className="w-4 shrink-0">
                    <DropdownMenu.ItemIndicator>
                      <Check className="size-3.5" />
                    </DropdownMenu.ItemIndicator>
                  </span>
                  {themeNames[one]}
                </DropdownMenu.RadioItem>
              ))}
            </DropdownMenu.RadioGroup>
            <DropdownMenu.Separator className="my-1 h-px bg-line" />
            <DropdownMenu.Item className={menuItemClass} onSelect={signOut}>
              <LogOut className="size-3.5" />
              Sign out
            </DropdownMenu.Item>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
    </div>
  );
}
