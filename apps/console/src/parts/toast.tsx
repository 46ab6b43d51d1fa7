// What has happened, told in passing: in a region that screen readers read out, gone after a while unless it is a failure.

import { X } from "lucide-react";
import { createContext, useContext, useMemo, useState } from "react";
import type { ReactNode } from "react";
import { IconButton } from "./button.tsx";

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isFailure: boolean;
}

interface Toasts {
  tell(text: string): void;
  fail(text: string): void;
}

const shownMs = 4_000;
const failureMs = 12_000;
const ToastContext = createContext<Toasts | null>(null);

export function useToast(): Toasts {
  const toasts = useContext(ToastContext);
  if (toasts === null) throw new Error("There is no ToastProvider above");
  return toasts;
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const [shown, setShown] = useState<readonly Toast[]>([]);
  const toasts = useMemo(() => {
    let last = 0;
    const show = (text: string, isFailure: boolean): void => {
      const id = (last += 1);
      setShown((before) => [...before.slice(-3), { id, text, isFailure }]);
      setTimeout(() => setShown((before) => before.filter((one) => one.id !== id)), isFailure ? failureMs : shownMs);
    };
    return { tell: (text: string) => show(text, false), fail: (text: string) => show(text, true) };
  }, []);
  const dismiss = (id: number): void => setShown((before) => before.filter((one) => one.id !== id));
  return (
    <ToastContext value={toasts}>
      {children}
      <section
        aria-label="Notices"
        aria-live="polite"
        className="pointer-events-none fixed right-4 bottom-4 z-50 flex w-[min(360px,calc(100vw-2rem))] flex-col gap-2"
      >
        {shown.map(({ id, text, isFailure }) => (
          <div
            key={id}
            className="pointer-events-auto flex animate-appear items-start gap-2 rounded-md border border-line-strong bg-raised py-2 pr-1 pl-3 shadow-float"
          >
            <span className={`mt-[7px] size-1.5 shrink-0 rounded-full ${isFailure ? "bg-bad" : "bg-good"}`} />
            <p className="min-w-0 flex-1 py-1 wrap-break-word">{text}</p>
            <IconButton label="Dismiss" icon={<X />} onClick={() => dismiss(id)} />
          </div>
        ))}
      </section>
    </ToastContext>
  );
}
