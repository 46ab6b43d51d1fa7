// A picture that an authenticator app reads. Loaded when somebody sets up a second factor, and no sooner.

import { encodeQR } from "qr";
import { useMemo } from "react";

interface QrCodeProps {
  readonly text: string;
  readonly label: string;
}

/** Dark on light in both themes, with the margin that the standard wants: apps find it by that. */
export function QrCode({ text, label }: QrCodeProps) {
  const rows = useMemo(() => encodeQR(text, "raw", { ecc: "medium", border: 4 }), [text]);
  const dark = rows.flatMap((row, y) => row.flatMap((isDark, x) => (isDark ? [`M${x} ${y}h1v1h-1z`] : [])));
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${rows.length} ${rows.length}`}
      shapeRendering="crispEdges"
      className="size-48 rounded-sm border border-line"
    >
      <rect width="100%" height="100%" fill="#fff" />
      <path d={dark.join("")} fill="#000" />
    </svg>
  );
}
