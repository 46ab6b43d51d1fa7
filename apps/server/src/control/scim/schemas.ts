// What this server tells of itself to directories (RFC 7643, 5 to 7): what it can, which resources it has and which attributes they have.

export const userSchema = "urn:ietf:params:scim:schemas:core:2.0:User";
export const groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group";

interface AttributeOptions {
  readonly type?: "string" | "boolean" | "complex" | "reference";
  readonly isRequired?: boolean;
  readonly isReadOnly?: boolean;
  readonly isUnique?: boolean;
  readonly isExact?: boolean;
  readonly isMany?: boolean;
  readonly parts?: readonly object[];
  readonly refersTo?: readonly string[];
  readonly mutability?: string;
  readonly returned?: string;
  readonly values?: readonly string[];
}

function attribute(name: string, description: string, options: AttributeOptions = {}) {
  const { type = "string", parts, refersTo } = options;
  return {
    ...{ name, type, description, multiValued: options.isMany ?? false, required: options.isRequired ?? false },
    caseExact: options.isExact ?? false,
    mutability: options.mutability ?? (options.isReadOnly === true ? "readOnly" : "readWrite"),
    ...{ returned: options.returned ?? "default", uniqueness: options.isUnique === true ? "server" : "none" },
    ...(options.values !== undefined && { canonicalValues: options.values }),
    ...(parts !== undefined && { subAttributes: parts }),
    ...(refersTo !== undefined && { referenceTypes: refersTo }),
  };
}

const nameParts = [
  attribute("formatted", "The whole name."),
  attribute("familyName", "The family name."),
  attribute("givenName", "The given name."),
  attribute("middleName", "The middle name."),
  attribute("honorificPrefix", "Such as Dr."),
  attribute("honorificSuffix", "Such as III."),
];

const emailParts = [
  attribute("value", "The address."),
  attribute("display", "What is shown."),
  attribute("type", "Such as work."),
  attribute("primary", "The first choice, by which the user signs in.", { type: "boolean" }),
];

const readOnly = { isReadOnly: true } as const;

const groupsOfUser = [
  attribute("value", "The id of the group.", { ...readOnly, isExact: true }),
  attribute("$ref", "Where the group is.", { ...readOnly, type: "reference", refersTo: ["Group"], isExact: true }),
  attribute("display", "What the group is called.", readOnly),
  attribute("type", "Always direct.", readOnly),
];

const immutable = { mutability: "immutable" } as const;

const members = [
  attribute("value", "The id of the user.", { ...immutable, isExact: true }),
  attribute("$ref", "Where the user is.", { ...immutable, type: "reference", refersTo: ["User"], isExact: true }),
  attribute("type", "Always User.", { ...immutable, values: ["User"] }),
];

const schemas = [
  {
    id: userSchema,
    name: "User",
    description: "Somebody who signs in and has keys",
    attributes: [
      attribute("userName", "The name in the directory.", { isRequired: true, isUnique: true }),
      attribute("name", "The parts of the name.", { type: "complex", parts: nameParts }),
      attribute("displayName", "What the user is called."),
      attribute("emails", "Addresses, of which one is the user's here.", {
        ...{ type: "complex", isMany: true, parts: emailParts },
      }),
      attribute("active", "False: sessions have ended, and keys do not work.", {
        ...{ type: "boolean", isRequired: true },
      }),
      attribute("groups", "In which groups the user is.", {
        ...{ ...readOnly, type: "complex", isMany: true, parts: groupsOfUser },
      }),
    ],
  },
  {
    id: groupSchema,
    name: "Group",
    description: "Users who are in it may have a role by it",
    attributes: [
      attribute("displayName", "What the group is called.", { isRequired: true, isUnique: true, isExact: true }),
      attribute("members", "The users in it.", { type: "complex", isMany: true, parts: members }),
    ],
  },
] as const;

const metaOf = (base: string, type: string, place: string) => ({
  resourceType: type,
  location: `${base}/${place}`,
});

export function describeSchemas(base: string) {
  return schemas.map((schema) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
    ...schema,
    meta: metaOf(base, "Schema", `Schemas/${schema.id}`),
  }));
}

export function describeResourceTypes(base: string) {
  return schemas.map(({ id, name, description }) => ({
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
    ...{ id: name, name, description, endpoint: `/${name}s`, schema: id, schemaExtensions: [] },
    meta: metaOf(base, "ResourceType", `ResourceTypes/${name}`),
  }));
}

export const mostResults = 200;

export function describeProvider(base: string) {
  const [can, cannot] = [{ supported: true }, { supported: false }];
  return {
    schemas: ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    patch: can,
    bulk: { ...cannot, maxOperations: 0, maxPayloadSize: 0 },
    filter: { ...can, maxResults: mostResults },
    ...{ changePassword: cannot, sort: cannot, etag: cannot },
    authenticationSchemes: [
      {
        ...{ type: "oauthbearertoken", name: "Bearer token", primary: true },
        description: "A token that an administrator has made, as `Authorization: Bearer`",
      },
    ],
    meta: metaOf(base, "ServiceProviderConfig", "ServiceProviderConfig"),
  };
}
