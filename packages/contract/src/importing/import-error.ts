/** What is to be imported is not what it should be; its message says where. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}
