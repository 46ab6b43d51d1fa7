import { useMutation } from "@tanstack/react-query";
import { Replace, Trash2, Users } from "lucide-react";
import { useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import type { SavedView } from "#api/queries.ts";
import { Button, IconButton } from "#parts/button.tsx";
import { ConfirmDialog, Dialog } from "#parts/dialog.tsx";
import { inputClass } from "#parts/field.tsx";
import { wordsOf } from "#parts/states.tsx";
import { useToast } from "#parts/toast.tsx";
import { isSame } from "./saved-views.ts";

interface EditViewsProps {
  /** Those that the caller may change. */
  readonly views: readonly SavedView[];
  /** What is shown now. */
  readonly search: Readonly<Record<string, string>>;
  readonly onClose: () => void;
}

export function EditViews({ views, search, onClose }: EditViewsProps) {
  const [toDelete, setToDelete] = useState<SavedView | null>(null);
  if (toDelete !== null) return <DeleteView view={toDelete} onClose={onClose} />;
  return (
    <Dialog isOpen title="Edit views" onClose={onClose}>
      <ul className="grid gap-2">
        {views.map((view, index) => (
          <ViewLine key={view.id} {...{ view, search }} isFirst={index === 0} onDelete={() => setToDelete(view)} />
        ))}
      </ul>
    </Dialog>
  );
}

type Change = Parameters<ReturnType<typeof useApi>["client"]["views"]["update"]>[0]["body"];

function useChangeView({ id }: SavedView) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  return useMutation({
    mutationFn: (body: Change) => client.views.update({ params: { id }, body }),
    onSuccess: async ({ name }) => {
      await refresh("views");
      toast.tell(`“${name}” is changed`);
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
}

interface ViewLineProps extends Pick<EditViewsProps, "search"> {
  readonly view: SavedView;
  readonly isFirst: boolean;
  readonly onDelete: () => void;
}

function ViewLine({ view, search, isFirst, onDelete }: ViewLineProps) {
  const { may } = useCaller();
  const [name, setName] = useState(view.name);
  const change = useChangeView(view);
  const isRenamed = name.trim() !== "" && name.trim() !== view.name;
  const canReplace = Object.keys(search).length > 0 && !isSame(view.search, search);
  return (
    <li>
      <form
        className="flex items-center gap-1"
        onSubmit={(event) => {
          event.preventDefault();
          if (isRenamed) change.mutate({ name });
        }}
      >
        <input
          aria-label={`Name of ${view.name}`}
          autoFocus={isFirst}
          className={inputClass}
          maxLength={60}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Button type="submit" disabled={!isRenamed} isBusy={change.isPending}>
          Rename
        </Button>
        <IconButton
          label={`Replace ${view.name} by what is shown`}
          icon={<Replace />}
          disabled={!canReplace}
          onClick={() => change.mutate({ search: { ...search } })}
        />
        {(may("views.share") || view.is_shared) && (
          <IconButton
            label={view.is_shared ? `Share ${view.name} no more` : `Share ${view.name} with everybody`}
            icon={<Users />}
            aria-pressed={view.is_shared}
            className="aria-pressed:bg-sunken aria-pressed:text-text"
            disabled={view.is_shared && view.user_id === null}
            onClick={() => change.mutate({ is_shared: !view.is_shared })}
          />
        )}
        <IconButton label={`Delete ${view.name}`} icon={<Trash2 />} onClick={onDelete} />
      </form>
    </li>
  );
}

function DeleteView({ view, onClose }: { readonly view: SavedView; readonly onClose: () => void }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const toast = useToast();
  const removal = useMutation({
    mutationFn: () => client.views.remove({ params: { id: view.id } }),
    onSuccess: async () => {
      await refresh("views");
      onClose();
      toast.tell(`“${view.name}” is deleted`);
    },
    onError: (error) => toast.fail(wordsOf(error)),
  });
  return (
    <ConfirmDialog
      title="Delete the view"
      description={view.is_shared ? "It is gone for everybody. What it finds stays." : "What it finds stays."}
      name={view.name}
      action="Delete view"
      isBusy={removal.isPending}
      onConfirm={() => removal.mutate()}
      onClose={onClose}
    />
  );
}
