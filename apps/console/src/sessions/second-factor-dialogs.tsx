// The steps by which a second factor is set up and turned off: the password first, then the app's code, then the codes for who loses the app.

import { lazy, Suspense, useState } from "react";
import { useApi, useRefresh } from "#api/api.tsx";
import { useCaller } from "#api/me.ts";
import { Button } from "#parts/button.tsx";
import { CopyTextButton } from "#parts/copy.tsx";
import { Dialog, DialogButtons } from "#parts/dialog.tsx";
import { TextField } from "#parts/field.tsx";
import { FormButtons, FormFailure, useServerForm } from "#parts/form.tsx";
import { saveFile } from "#parts/save-file.ts";

const QrCode = lazy(async () => ({ default: (await import("./qr-code.tsx")).QrCode }));

type Step =
  | { readonly kind: "password" }
  | { readonly kind: "confirm"; readonly secret: string; readonly uri: string }
  | { readonly kind: "codes"; readonly codes: readonly string[] };

interface DialogsProps {
  readonly asked: "turn-on" | "turn-off";
  readonly onClose: () => void;
}

export function SecondFactorDialogs({ asked, onClose }: DialogsProps) {
  const [step, setStep] = useState<Step>({ kind: "password" });
  if (asked === "turn-off") return <TurnOff onClose={onClose} />;
  if (step.kind === "confirm") return <Confirm {...step} onClose={onClose} onStep={setStep} />;
  if (step.kind === "codes") return <RecoveryCodes codes={step.codes} onClose={onClose} />;
  return <TurnOn onClose={onClose} onStep={setStep} />;
}

interface StepProps {
  readonly onClose: () => void;
  readonly onStep: (step: Step) => void;
}

function TurnOn({ onClose, onStep }: StepProps) {
  const { client } = useApi();
  return (
    <PasswordDialog
      title="Set up a second factor"
      action="Go on"
      onClose={onClose}
      send={async (password) =>
        onStep({ kind: "confirm", ...(await client.secondFactor.begin({ body: { password } })) })
      }
    />
  );
}

function TurnOff({ onClose }: Pick<StepProps, "onClose">) {
  const { client } = useApi();
  const refresh = useRefresh();
  return (
    <PasswordDialog
      title="Turn the second factor off"
      action="Turn off"
      onClose={onClose}
      send={async (password) => {
        await client.secondFactor.remove({ body: { password } });
        await refresh("second-factor");
        onClose();
      }}
    />
  );
}

interface PasswordDialogProps {
  readonly title: string;
  readonly action: string;
  readonly onClose: () => void;
  readonly send: (password: string) => Promise<void>;
}

function PasswordDialog({ title, action, onClose, send }: PasswordDialogProps) {
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { password: "" },
    send: ({ password }) => send(password),
  });
  return (
    <Dialog isOpen title={title} onClose={onClose}>
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <TextField
          label="Your password"
          type="password"
          autoFocus
          autoComplete="current-password"
          error={errorOf("password")}
          field={form.register("password")}
        />
        <FormFailure failure={failure} />
        <FormButtons action={action} isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function Confirm({ secret, uri, onClose, onStep }: StepProps & { readonly secret: string; readonly uri: string }) {
  const { client } = useApi();
  const refresh = useRefresh();
  const { form, errorOf, failure, isBusy, submit } = useServerForm({
    defaultValues: { code: "" },
    send: async ({ code }) => {
      const { recovery_codes: codes } = await client.secondFactor.confirm({ body: { code } });
      await refresh("second-factor");
      onStep({ kind: "codes", codes });
    },
  });
  return (
    <Dialog
      isOpen
      isSticky
      title="Tell your authenticator app"
      description="Have the app read this picture. Without a camera: add an account by the secret, or open the link on the device that has the app."
      onClose={onClose}
    >
      <form className="grid gap-3.5" onSubmit={submit} noValidate>
        <div className="grid min-h-48 place-items-center">
          <Suspense>
            <QrCode text={uri} label="What the authenticator app reads" />
          </Suspense>
        </div>
        <div className="flex flex-wrap items-center gap-2">
          <code className="min-w-48 flex-1 rounded-sm border border-line bg-sunken px-3 py-1.5 font-mono text-xs break-all">
            {secret}
          </code>
          <CopyTextButton text={secret}>Copy secret</CopyTextButton>
          <CopyTextButton text={uri}>Copy link</CopyTextButton>
        </div>
        <TextField
          label="Code that the app shows"
          autoFocus
          autoComplete="one-time-code"
          inputMode="numeric"
          error={errorOf("code")}
          field={form.register("code")}
        />
        <FormFailure failure={failure} />
        <FormButtons action="Turn on" isBusy={isBusy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function RecoveryCodes({ codes, onClose }: Pick<StepProps, "onClose"> & { readonly codes: readonly string[] }) {
  const { me } = useCaller();
  const text = `Recovery codes of GhostLLM at ${location.host} for ${me.user?.email ?? ""}\nEach counts once.\n\n${codes.join("\n")}\n`;
  return (
    <Dialog
      isOpen
      isSticky
      title="Recovery codes"
      description="Each lets you in once without the app. They are shown this once: keep them where you keep what you must not lose."
      onClose={onClose}
    >
      <ul className="grid grid-cols-2 gap-1.5 rounded-sm border border-line bg-sunken px-3 py-2 font-mono text-xs">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <DialogButtons>
        <CopyTextButton text={codes.join("\n")}>Copy codes</CopyTextButton>
        <Button onClick={() => saveFile("ghostllm-recovery-codes.txt", "text/plain", text)}>Save as a file</Button>
        <Button look="primary" onClick={onClose}>
          I have kept them
        </Button>
      </DialogButtons>
    </Dialog>
  );
}
