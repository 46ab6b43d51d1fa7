/** What the control plane needs of the log: pino's own form, fields before the message. */
export interface ControlLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
