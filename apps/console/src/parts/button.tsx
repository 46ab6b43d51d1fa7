import type { ComponentProps, ReactNode } from "react";

type Look = "plain" | "primary" | "danger" | "quiet";

const looks: Readonly<Record<Look, string>> = {
  plain: "border-line-strong bg-surface text-text hover:bg-hover",
  primary: "border-accent bg-accent text-accent-text hover:brightness-95",
  danger: "border-line-strong bg-surface text-bad hover:bg-bad-soft hover:border-bad",
  quiet: "border-transparent text-muted hover:bg-hover hover:text-text",
};

const base =
  "inline-flex h-(--control) shrink-0 items-center justify-center gap-1.5 rounded-sm border px-2.5 text-sm font-medium whitespace-nowrap transition disabled:opacity-50 disabled:pointer-events-none";

interface ButtonProps extends ComponentProps<"button"> {
  readonly look?: Look;
  /** While what it does goes on; it cannot be pressed again then. */
  readonly isBusy?: boolean;
}

export function Button({ look = "plain", isBusy = false, className = "", disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      className={`${base} ${looks[look]} ${className}`}
      disabled={disabled === true || isBusy}
      aria-busy={isBusy}
      {...rest}
    />
  );
}

interface IconButtonProps extends Omit<ComponentProps<"button">, "children"> {
  /** What it does, for all who do not see the icon, and on hover for the others. */
  readonly label: string;
  readonly icon: ReactNode;
}

export function IconButton({ label, icon, className = "", ...rest }: IconButtonProps) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-grid size-(--control) shrink-0 place-items-center rounded-sm text-muted transition hover:bg-hover hover:text-text disabled:opacity-50 [&_svg]:size-[15px] ${className}`}
      {...rest}
    >
      {icon}
    </button>
  );
}

/** For links that look like buttons. */
export function buttonClass(look: Look = "plain"): string {
  return `${base} ${looks[look]}`;
}
