// What a log may tell of an error that was thrown. Invariant: nothing of what was being worked on is in it.

interface Fault {
  readonly name: string;
  readonly code?: string;
  /** Of the operating system's errors alone. */
  readonly message?: string;
  readonly stack: readonly string[];
  readonly cause?: Fault;
}

const mostCauses = 4;

/**
 * Messages of errors quote what could not be worked on: a parser its text, a header its value. Where something went wrong is
 * told by the stack; the operating system's messages name calls, paths and addresses, and are told as well.
 */
export function describeFault(error: unknown, depth = 0): Fault {
  if (!(error instanceof Error)) return { name: typeof error, stack: [] };
  const code = "code" in error && typeof error.code === "string" ? error.code.slice(0, 100) : undefined;
  const cause = error.cause === undefined || depth >= mostCauses ? undefined : describeFault(error.cause, depth + 1);
  return {
    name: error.name,
    ...(code !== undefined && { code }),
    ...("syscall" in error && { message: error.message }),
    stack: placesOf(error),
    ...(cause !== undefined && { cause }),
  };
}

/** A message may have several lines, and stands before the first place. */
function placesOf({ stack = "", message }: Error): readonly string[] {
  const behind = stack.slice(Math.max(0, stack.indexOf(message)) + message.length);
  return behind.split("\n").flatMap((line) => /^ {4}at (.+)$/.exec(line)?.[1] ?? []);
}
