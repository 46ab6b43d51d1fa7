export function Ghost({ className = "" }: { readonly className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      className={`text-accent ${className}`}
    >
      <path d="M5 21V10a7 7 0 0 1 14 0v11l-2.3-2-2.4 2-2.3-2-2.3 2-2.4-2z" />
      <path d="M9.5 10.5h.01M14.5 10.5h.01" strokeWidth="2.6" />
    </svg>
  );
}
