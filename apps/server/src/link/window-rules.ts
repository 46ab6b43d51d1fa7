// What a sliding window is, wherever it is counted.

export const minuteMs = 60_000;
/** So many entries are kept to the millisecond; beyond them, what comes within a part of the window shares one. */
export const exactEntries = 64;
/** A quarter of a second of a minute, a quarter of a minute of an hour, six minutes of a day. */
export const sharedParts = 240;
/** As many as these rules let come of requests. What turns out late might make more: then everything shares one. */
export const mostEntries = 320;
