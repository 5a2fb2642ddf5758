/**
 * What the Microsoft Graph extension for Bicep (v1.0, 1.0.0) declares of the resources in `infra/app/registration.bicep`. The extension
 * comes from a container registry, which a build machine may not reach, so the check compiles against this description of it.
 * @see https://learn.microsoft.com/graph/templates/bicep/reference/overview
 */
import { createHash } from "node:crypto";

type Kind = "string" | "boolean" | "integer" | readonly [Kind] | Properties;
interface Properties {
  readonly [name: string]: Kind;
}
interface Resource {
  /** Identify the resource from one deployment to the next. */
  readonly identifiers?: Properties;
  readonly required?: Properties;
  readonly optional?: Properties;
  readonly readOnly: Properties;
}

// https://github.com/Azure/bicep-types: flags of a property
const REQUIRED = 1;
const READ_ONLY = 2;
const IDENTIFIER = 16;

const RESOURCES: Readonly<Record<string, Resource>> = {
  "Microsoft.Graph/applications": {
    identifiers: { uniqueName: "string" },
    required: { displayName: "string" },
    optional: {
      signInAudience: "string",
      api: {
        requestedAccessTokenVersion: "integer",
        oauth2PermissionScopes: [
          {
            id: "string",
            value: "string",
            type: "string",
            adminConsentDisplayName: "string",
            adminConsentDescription: "string",
            userConsentDisplayName: "string",
            userConsentDescription: "string",
            isEnabled: "boolean",
          },
        ],
      },
      isFallbackPublicClient: "boolean",
      publicClient: { redirectUris: ["string"] },
      appRoles: [
        {
          id: "string",
          value: "string",
          displayName: "string",
          description: "string",
          allowedMemberTypes: ["string"],
          isEnabled: "boolean",
        },
      ],
      web: {
        redirectUris: ["string"],
        implicitGrantSettings: { enableIdTokenIssuance: "boolean", enableAccessTokenIssuance: "boolean" },
      },
    },
    readOnly: { appId: "string", id: "string" },
  },
  "Microsoft.Graph/applications/federatedIdentityCredentials": {
    identifiers: { name: "string" },
    required: { audiences: ["string"], issuer: "string", subject: "string" },
    optional: { description: "string" },
    readOnly: { id: "string" },
  },
  "Microsoft.Graph/servicePrincipals": {
    identifiers: { appId: "string" },
    optional: { appRoleAssignmentRequired: "boolean" },
    readOnly: { id: "string" },
  },
  "Microsoft.Graph/appRoleAssignedTo": {
    required: { appRoleId: "string", principalId: "string", resourceId: "string" },
    readOnly: { id: "string" },
  },
};

/** `index.json` and `types.json`, as `bicep publish-extension` takes them. */
export function graphExtension(): { readonly index: unknown; readonly types: readonly unknown[] } {
  const types: unknown[] = [];
  const add = (type: object) => ({ $ref: `types.json#/${types.push(local(type)) - 1}` });
  const resources = Object.entries(RESOURCES).map(([name, resource]) => {
    const body = add(bodyOf(name, resource, add));
    return [
      `${name}@v1.0`,
      add({ $type: "ResourceType", name: `${name}@v1.0`, scopeType: 0, body, flags: 0 }),
    ];
  });
  const settings = { name: "MicrosoftGraph", version: "1.0.0", isSingleton: false };
  return { index: { resources: Object.fromEntries(resources), resourceFunctions: {}, settings }, types };
}

type Add = (type: object) => { $ref: string };

/** References within `types.json` do not name the file. */
function local(type: object): unknown {
  return JSON.parse(JSON.stringify(type).replaceAll('"types.json#/', '"#/'));
}

function bodyOf(name: string, resource: Resource, add: Add): object {
  const literal = (value: string) => ({
    type: add({ $type: "StringLiteralType", value }),
    flags: READ_ONLY | 8,
  });
  const given = (properties: Properties | undefined, flags: number) =>
    Object.entries(properties ?? {}).map(([key, kind]) => [key, { type: typeOf(kind, add), flags }]);
  const properties = Object.fromEntries([
    ...given(resource.identifiers, REQUIRED | IDENTIFIER),
    ...given(resource.required, REQUIRED),
    ...given(resource.optional, 0),
    ...given(resource.readOnly, READ_ONLY),
  ]);
  return {
    $type: "ObjectType",
    name,
    properties: { type: literal(name), apiVersion: literal("v1.0"), ...properties },
  };
}

const PLAIN = { string: "StringType", boolean: "BooleanType", integer: "IntegerType" } as const;

function typeOf(kind: Kind, add: Add): { $ref: string } {
  if (typeof kind === "string") return add({ $type: PLAIN[kind] });
  if (isList(kind)) return add({ $type: "ArrayType", itemType: typeOf(kind[0], add) });
  const properties = Object.entries(kind).map(([key, inner]) => [
    key,
    { type: typeOf(inner, add), flags: 0 },
  ]);
  const name = createHash("sha256").update(JSON.stringify(kind)).digest("hex").slice(0, 8);
  return add({ $type: "ObjectType", name, properties: Object.fromEntries(properties) });
}

function isList(kind: readonly [Kind] | Properties): kind is readonly [Kind] {
  return Array.isArray(kind);
}
