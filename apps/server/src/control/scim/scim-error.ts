// Failures as SCIM has them (RFC 7644, 3.12).

type ScimType =
  | "invalidFilter"
  | "invalidPath"
  | "invalidValue"
  | "invalidSyntax"
  | "uniqueness"
  | "mutability"
  | "noTarget"
  | "tooMany";

export class ScimError extends Error {
  override readonly name = "ScimError";
  readonly status: number;
  readonly scimType: ScimType | null;

  constructor(status: number, message: string, scimType: ScimType | null = null) {
    super(message);
    this.status = status;
    this.scimType = scimType;
  }
}

export function toScimError({ status, scimType, message }: ScimError) {
  return {
    schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"],
    status: String(status),
    ...(scimType !== null && { scimType }),
    detail: message,
  };
}
