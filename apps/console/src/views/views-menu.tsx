import type { ViewPage } from "@ghostllm/contract/routes";
import { useQuery } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { Bookmark } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import { useState } from "react";
import { useApi } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { SavedView } from "#api/queries.ts";
import { Button } from "#parts/button.tsx";
import { menuClass, menuItemClass } from "#parts/menu-look.ts";
import { useGo } from "#parts/use-search.ts";
import { EditViews } from "./edit-views.tsx";
import { SaveView } from "./save-view.tsx";
import { isSame, pathOf, searchOf } from "./saved-views.ts";

/** Beside the filter of a list: its saved views, and what is shown now as another one. */
export function ViewsMenu({ page }: { readonly page: ViewPage }) {
  const { me, may } = useCaller();
  const { queries } = useApi();
  const url: Readonly<Record<string, string | undefined>> = useSearch({ strict: false });
  const [dialog, setDialog] = useState<"save" | "edit" | null>(null);
  const saved = useQuery({ ...queries.views, enabled: may("views.manage") });
  if (!may("views.manage")) return null;
  const search = searchOf(page, url);
  const views = saved.data?.items.filter((view) => view.page === page) ?? [];
  const current = views.find((view) => isSame(view.search, search));
  const close = (): void => setDialog(null);
  const changeable = views.filter(({ may_change: mayChange }) => mayChange);
  return (
    <>
      {/* It leads to dialogs, so it holds nothing else back; and it stays within the page's landmark. */}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger asChild>
          <Button className="max-w-48">
            <Bookmark aria-hidden className={`size-3.5 shrink-0 ${current === undefined ? "" : "fill-current"}`} />
            <span className="truncate">{current?.name ?? "Views"}</span>
          </Button>
        </DropdownMenu.Trigger>
        <DropdownMenu.Content align="start" sideOffset={4} collisionPadding={8} className={`${menuClass} max-w-72`}>
          <Views views={views} current={current} />
          <DropdownMenu.Item
            className={menuItemClass}
            disabled={me.user === null || Object.keys(search).length === 0}
            onSelect={() => setDialog("save")}
          >
            Save what is shown as a view
          </DropdownMenu.Item>
          <DropdownMenu.Item
            className={menuItemClass}
            disabled={changeable.length === 0}
            onSelect={() => setDialog("edit")}
          >
            Edit views
          </DropdownMenu.Item>
        </DropdownMenu.Content>
      </DropdownMenu.Root>
      {dialog === "save" && <SaveView {...{ page, search }} onClose={close} />}
      {dialog === "edit" && <EditViews views={changeable} search={search} onClose={close} />}
    </>
  );
}

interface ViewsProps {
  readonly views: readonly SavedView[];
  readonly current: SavedView | undefined;
}

function Views({ views, current }: ViewsProps) {
  const go = useGo();
  if (views.length === 0) return null;
  return (
    <>
      {views.map((view) => (
        <DropdownMenu.CheckboxItem
          key={view.id}
          className={menuItemClass}
          checked={view === current}
          onSelect={() => void go(pathOf(view))}
        >
          <span className="w-4 shrink-0">
            <DropdownMenu.ItemIndicator>✓</DropdownMenu.ItemIndicator>
          </span>
          <span className="min-w-0 flex-1 truncate">{view.name}</span>
          {view.is_shared && <span className="text-xs text-faint">{sharedWords(view)}</span>}
        </DropdownMenu.CheckboxItem>
      ))}
      <DropdownMenu.Separator className="my-1 border-t border-line" />
    </>
  );
}

function sharedWords({ is_own: isOwn, user_name: owner }: SavedView): string {
  return isOwn || owner === null ? "shared" : `by ${owner}`;
}
