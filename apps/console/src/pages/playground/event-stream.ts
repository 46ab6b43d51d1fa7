// Server-sent events, as far as answers of models are made of them: the data of each, in whatever pieces they come.

const endOfLine = /\r\n|\n|\r(?!$)/;

export class EventReader {
  #rest = "";
  #data: string[] = [];

  /** The data of the events that are whole with this piece. */
  read(piece: string): readonly string[] {
    const lines = (this.#rest + piece).split(endOfLine);
    this.#rest = lines.pop() ?? "";
    return lines.flatMap((line) => this.#take(line));
  }

  #take(line: string): readonly string[] {
    if (line === "") {
      const whole = this.#data;
      this.#data = [];
      return whole.length === 0 ? [] : [whole.join("\n")];
    }
    if (line.startsWith("data:")) this.#data.push(line.slice(line.startsWith("data: ") ? 6 : 5));
    return [];
  }
}

/** Calls with the events of each piece that comes; resolves at the end, rejects where that is none. */
export async function readEvents(
  body: ReadableStream<Uint8Array>,
  onEvents: (events: readonly string[]) => void,
): Promise<void> {
  const events = new EventReader();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      const whole = events.read(decoder.decode(piece.value, { stream: true }));
      if (whole.length > 0) onEvents(whole);
    }
  } finally {
    // Where an event made no sense, nobody reads the rest.
    reader.cancel().catch(() => undefined);
  }
}
