export interface WrappedStreams {
  /** Without parameters. */
  readonly contentType: string;
  createUnwrapper(): StreamUnwrapper;
}

/** Answers the stream as the dialect writes it, or null while there is none of it. What breaks is an error event. */
export interface StreamUnwrapper {
  push(chunk: Buffer): Buffer | null;
  /** The vendor ended the stream properly. */
  flush(): Buffer | null;
}
