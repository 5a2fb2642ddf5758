/** Who can sign in to the sandbox's tenant, and the roles that each has in the app registration of Mooring. */
export const TENANT = "72f988bf-0000-4000-8000-2d7cd011db47";

/** Application (client) id of the app registration of Mooring, which people sign in to and tokens are for. */
export const MOORING_CLIENT = "55555555-5555-4555-8555-555555555555";

interface Principal {
  readonly objectId: string;
  readonly roles: readonly string[];
}

export interface User extends Principal {
  readonly username: string;
  readonly name: string;
}

/** A program that signs in with a secret. */
export interface Program extends Principal {
  readonly clientId: string;
  readonly secret: string;
}

export const USERS: readonly User[] = [
  {
    username: "operator@sandbox",
    name: "Sandbox operator",
    objectId: "66666666-6666-4666-8666-666666660001",
    roles: ["Mooring.Operator"],
  },
  {
    username: "reader@sandbox",
    name: "Sandbox reader",
    objectId: "66666666-6666-4666-8666-666666660002",
    roles: ["Mooring.Reader"],
  },
  {
    username: "visitor@sandbox",
    name: "Sandbox visitor",
    objectId: "66666666-6666-4666-8666-666666660003",
    roles: [],
  },
];

export const PROGRAMS: readonly Program[] = [
  {
    clientId: "77777777-7777-4777-8777-777777777777",
    secret: "sandbox-pipeline-secret",
    objectId: "77777777-7777-4777-8777-77777777aaaa",
    roles: ["Mooring.Reader"],
  },
];
