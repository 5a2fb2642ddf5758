import { expect, test } from "vitest";
import { InvalidInput } from "../shared/errors.ts";
import { parseSettings } from "../shared/settings.ts";

const WHOLE = {
  MOORING_SUBSCRIPTIONS: "11111111-1111-4111-8111-111111111111",
  AzureWebJobsStorage: "UseDevelopmentStorage=true",
};
const SANDBOX = { ...WHOLE, MOORING_ARM_ENDPOINT: "https://127.0.0.1:7443", MOORING_LOCAL_OPERATOR: "op" };

function problems(env: Record<string, string>): readonly string[] {
  try {
    parseSettings(env);
    return [];
  } catch (error) {
    if (error instanceof InvalidInput) return error.problems;
    throw error;
  }
}

test("a subscription that is named twice is watched once, or no audit could begin", () => {
  const [id] = parseSettings(WHOLE).MOORING_SUBSCRIPTIONS;
  expect(parseSettings({ ...WHOLE, MOORING_SUBSCRIPTIONS: `${id}, ${id} ${id}` })).toMatchObject({
    MOORING_SUBSCRIPTIONS: [id],
  });
});

test.each<[string, Record<string, string>, string[]]>([
  ["a local operator is for a sandbox on this machine", SANDBOX, []],
  ["by name too", { ...SANDBOX, MOORING_ARM_ENDPOINT: "https://localhost:7443" }, []],
  [
    "not where the real Azure is meant",
    { ...WHOLE, MOORING_LOCAL_OPERATOR: "op" },
    ["MOORING_LOCAL_OPERATOR: only where MOORING_ARM_ENDPOINT is a sandbox on this machine"],
  ],
  [
    "not where somebody else's sandbox is",
    { ...SANDBOX, MOORING_ARM_ENDPOINT: "https://127.0.0.1.evil.example" },
    ["MOORING_LOCAL_OPERATOR: only where MOORING_ARM_ENDPOINT is a sandbox on this machine"],
  ],
  ...["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"].map(
    (name): [string, Record<string, string>, string[]] => [
      `not in Azure (${name})`,
      { ...SANDBOX, [name]: "x" },
      [`MOORING_LOCAL_OPERATOR: never in Azure, and ${name} is set`],
    ],
  ),
  [
    "not as an empty name, which would be forgotten there",
    { ...SANDBOX, MOORING_LOCAL_OPERATOR: " " },
    ["MOORING_LOCAL_OPERATOR: Too small: expected string to have >=1 characters"],
  ],
  ["Azure without a local operator is fine", { ...WHOLE, WEBSITE_SITE_NAME: "mooring" }, []],
])("%s", (_, env, expected) => expect(problems(env)).toEqual(expected));
