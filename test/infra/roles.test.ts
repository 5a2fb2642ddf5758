import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { NEEDED_RIGHTS } from "../../shared/azure/needed.ts";
import { calls, INFRA, readModules, readSnapshot, type Resource, type Template } from "./compiled.ts";

const ASSIGNMENT = "Microsoft.Authorization/roleAssignments";
const DEFINITION = "Microsoft.Authorization/roleDefinitions";
const [HOME, OTHER] = [1, 2].map((one) => `/subscriptions/00000000-0000-4000-8000-00000000000${one}`);

const modules = await readModules();
const ofType = (type: string) =>
  modules.flatMap(({ path, template }) =>
    Object.entries(template.resources)
      .filter(([, resource]) => resource.type === type)
      .map(([name, resource]) => [`${path}/${name}`, resource, template] as const),
  );

/** The scope that a resource is created at, as an expression. */
function scopeOf({ scope }: Resource, { $schema }: Template): string {
  if (scope !== undefined) return scope.replace(/^\[(.*)\]$/, "$1");
  return /managementGroup/.test($schema) ? "managementGroup().id" : "subscription().id";
}

test.each(ofType(ASSIGNMENT))(
  "%s has a name derived from its scope, its principal and its role",
  (_, resource, template) => {
    const [name] = calls(resource.name ?? "");
    const { principalId, roleDefinitionId } = resource.properties as Record<string, string>;
    expect(name?.name).toBe("guid");
    const [scope, principal, role = "none"] = name?.args ?? [];
    expect([scope, `[${principal}]`]).toEqual([scopeOf(resource, template), principalId]);
    expect(calls(roleDefinitionId ?? "")[0]?.args.at(-1)).toBe(role);
  },
);

test.each(ofType(DEFINITION))(
  "%s has a name derived from its scope, the installation and the role",
  (_, resource, template) => {
    const [name] = calls(resource.name ?? "");
    const [scope, installation, role] = name?.args ?? [];
    expect(name?.name).toBe("guid");
    expect([scope, installation]).toEqual([scopeOf(resource, template), "parameters('environmentName')"]);
    expect(role).toMatch(/^(parameters|variables)\('roleNames'\)\[copyIndex\(\)\]$/);
  },
);

/** `SCOPE: PRINCIPAL has ROLE`, with readable names. */
async function assignmentsIn(snapshot: string): Promise<readonly string[]> {
  const { predictedResources } = await readSnapshot(snapshot);
  const titles = new Map(
    predictedResources
      .filter(({ type }) => type === DEFINITION)
      .map(({ name, properties }) => [name, String(properties?.["roleName"])]),
  );
  return predictedResources
    .filter(({ type }) => type === ASSIGNMENT)
    .map(({ id = "", properties }) => {
      const { principalId = "", roleDefinitionId = "" } = properties as Record<string, string>;
      const role = roleDefinitionId.split("/").pop() ?? "";
      const principal = principalId.includes("/id-mooring-") ? "app" : principalId.slice(-2);
      return `${scopeIn(id)}: ${principal} has ${titles.get(role) ?? BUILT_IN[role] ?? role}`;
    })
    .sort();
}

// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
const BUILT_IN: Readonly<Record<string, string>> = {
  "b7e6dc6d-f1e8-4753-8033-0f276bb0955b": "Storage Blob Data Owner",
  "ba92f5b4-2d11-453d-a403-e96b0029c9fe": "Storage Blob Data Contributor",
  "974c5e8b-45b9-4653-ba55-5f855dd0fb88": "Storage Queue Data Contributor",
  "0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3": "Storage Table Data Contributor",
  "3913510d-42f4-4e42-8a64-420c390055eb": "Monitoring Metrics Publisher",
};

function scopeIn(id: string): string {
  const [call] = calls(id);
  const [first = ""] = call?.args ?? [];
  const text = first.replaceAll("'", "");
  const scope = call?.name === "subscriptionResourceId" ? `/subscriptions/${text}` : text;
  return (scope || (id.split(`/providers/${ASSIGNMENT}`)[0] ?? "")).replace(
    /^.*\/([a-z]+)-?mooring-?[a-z0-9]{13}$/,
    "$1",
  );
}

describe("a deployment gives rights", () => {
  const onStorage = (principal: string, blobs: string) =>
    [blobs, "Storage Queue Data Contributor", "Storage Table Data Contributor"].map(
      (role) => `st: ${principal} has ${role}`,
    );
  const ofApp = [
    "appi: app has Monitoring Metrics Publisher",
    ...onStorage("app", "Storage Blob Data Owner"),
  ];
  const ofOperator = (principal: string) => onStorage(principal, "Storage Blob Data Contributor");

  test.each([
    ["default", [`${HOME}: app has Mooring reader (mooring)`, ...ofApp, ...ofOperator("a1")]],
    [
      "private",
      [
        ...[HOME, OTHER].flatMap((scope) =>
          ["reader", "pls", "sweep"].map((role) => `${scope}: app has Mooring ${role} (prod)`),
        ),
        ...ofApp,
        ...ofOperator("a1"),
        ...ofOperator("b0"),
      ],
    ],
    ["existing", ofApp],
    ["events", []],
    ["eventsInExistingTopic", []],
    [
      "managementGroup",
      ["reader", "connections"].map(
        (role) => `/providers/Microsoft.Management/managementGroups/platform: a1 has Mooring ${role} (prod)`,
      ),
    ],
  ])("%s, at these scopes and no other", async (name, expected) => {
    expect(await assignmentsIn(name)).toEqual(expected.toSorted());
  });

  test("with roles that can be assigned where they are assigned", async () => {
    const { predictedResources } = await readSnapshot("private");
    const scopes = predictedResources
      .filter(({ type }) => type === DEFINITION)
      .map(({ properties }) => properties?.["assignableScopes"]);
    expect(scopes).toEqual([1, 2, 3].map(() => [HOME, OTHER]));
  });
});

test("only roles that enforce a mode may write, and only sweep may delete", async () => {
  const roles = JSON.parse(await readFile(join(INFRA, "roles.json"), "utf8")) as Record<
    string,
    { actions: string[] }
  >;
  expect(Object.keys(roles)).toEqual(NEEDED_RIGHTS.map(({ role }) => role));
  const deleting = Object.entries(roles).filter(([, { actions }]) =>
    actions.some((one) => one.endsWith("/delete")),
  );
  expect(deleting.map(([role]) => role)).toEqual(["sweep"]);
  expect(roles["reader"]?.actions.filter((action) => !action.endsWith("/read"))).toEqual([]);
  const all = Object.values(roles).flatMap(({ actions }) => actions);
  expect(
    all.filter((action) => !/^Microsoft\.\w+(\/\w+)+\/(read|write|delete|action)$/.test(action)),
  ).toEqual([]);
});
