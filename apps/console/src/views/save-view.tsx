import type { ViewPage } from "@ghostllm/contract/routes";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Dialog } from "#parts/dialog.tsx";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { useToast } from "#parts/toast.tsx";

interface SaveViewProps {
  readonly page: ViewPage;
  readonly search: Readonly<Record<string, string>>;
  readonly onClose: () => void;
}

interface Values {
  name: string;
  is_shared: boolean;
}

export function SaveView({ page, search, onClose }: SaveViewProps) {
  const { client } = useApi();
  const { may } = useCaller();
  const refresh = useRefresh();
  const toast = useToast();
  const send = async ({ name, is_shared: isShared }: Values): Promise<void> => {
    const view = await client.views.create({ body: { page, name, search: { ...search }, is_shared: isShared } });
    await refresh("views");
    onClose();
    toast.tell(`“${view.name}” is saved`);
  };
  const { form, errorOf, failure, isBusy, submit } = useServerForm<Values>({
    defaultValues: { name: "", is_shared: false },
    send,
  });
  return (
    <Dialog
      isOpen
      title="Save a view"
      description="Filter, order, columns and time as they are now. It finds what there is when it is opened."
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <TextField
          label="Name"
          autoFocus
          autoComplete="off"
          maxLength={60}
          error={errorOf("name")}
          field={form.register("name")}
        />
        {may("views.share") && (
          <label className="flex items-center gap-2">
            <input type="checkbox" className="size-3.5 accent-accent" {...form.register("is_shared")} />
            Share it with everybody
          </label>
        )}
        <FormFailure failure={failure} />
        <FormButtons action="Save view" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
