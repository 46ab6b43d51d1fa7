// The steps by which a passkey is added, renamed and removed.

import { useApi, useRefresh } from "#api/api.tsx";
import { makePasskey } from "#api/browser-passkeys.ts";
import { ConfirmDialog, Dialog } from "#parts/dialog.tsx";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { useTask } from "#parts/use-task.ts";
import type { Asked } from "./passkey-asked.ts";

interface DialogsProps {
  readonly asked: Asked;
  readonly onClose: () => void;
}

export function PasskeyDialogs({ asked, onClose }: DialogsProps) {
  if (asked.kind === "add") return <Add onClose={onClose} />;
  if (asked.kind === "rename") return <Rename passkey={asked.passkey} onClose={onClose} />;
  return <Remove passkey={asked.passkey} onClose={onClose} />;
}

function Add({ onClose }: Pick<DialogsProps, "onClose">) {
  const { client } = useApi();
  const refresh = useRefresh();
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { name: "", password: "" },
    send: async ({ name, password }) => {
      const { options } = await client.passkeys.begin({ body: { password } });
      const credential = await makePasskey(options);
      await client.passkeys.create({ body: { name, credential } });
      await refresh("passkeys", "me");
      onClose();
    },
  });
  return (
    <Dialog
      isOpen
      title="Add a passkey"
      description="Your browser then asks which device is to keep it, and to unlock that: by face, finger or PIN."
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <TextField
          label="Name"
          help="By which you know it, such as that of the device."
          autoFocus
          maxLength={60}
          error={errorOf("name")}
          field={form.register("name", { required: "Give it a name" })}
        />
        <TextField
          label="Your password"
          type="password"
          autoComplete="current-password"
          error={errorOf("password")}
          field={form.register("password", { required: "Give your password" })}
        />
        <FormFailure failure={failure} />
        <FormButtons action="Go on" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

type OfOne = Pick<DialogsProps, "onClose"> & { readonly passkey: { readonly id: string; readonly name: string } };

function Rename({ passkey: { id, name: present }, onClose }: OfOne) {
  const { client } = useApi();
  const refresh = useRefresh();
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { name: present },
    send: async ({ name }) => {
      await client.passkeys.update({ params: { id }, body: { name } });
      await refresh("passkeys");
      onClose();
    },
  });
  return (
    <Dialog isOpen title="Rename the passkey" onClose={onClose}>
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <TextField
          label="Name"
          autoFocus
          maxLength={60}
          error={errorOf("name")}
          field={form.register("name", { required: "Give it a name" })}
        />
        <FormFailure failure={failure} />
        <FormButtons action="Rename" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function Remove({ passkey: { id, name }, onClose }: OfOne) {
  const { client } = useApi();
  const refresh = useRefresh();
  const removing = useTask(async () => {
    await client.passkeys.remove({ params: { id } });
    await refresh("passkeys", "me");
    onClose();
  });
  return (
    <ConfirmDialog
      title="Remove the passkey"
      description="Nobody signs in with it from then on. Your device keeps it until you remove it there."
      name={name}
      action="Remove passkey"
      isBusy={removing.isPending}
      onConfirm={() => removing.mutate()}
      onClose={onClose}
    />
  );
}
