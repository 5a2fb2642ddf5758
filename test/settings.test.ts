import { expect, test } from "vitest";
import { BROKEN } from "./builders/brokenSettings.ts";
import { endpoint } from "../shared/adapters/clients.ts";
import { InvalidInput } from "../shared/core/errors.ts";
import { parseSettings, parseStorage, Settings, settingWarnings } from "../shared/core/settings.ts";

const WHOLE = {
  MOORING_SUBSCRIPTIONS: "11111111-1111-4111-8111-111111111111",
  AzureWebJobsStorage: "UseDevelopmentStorage=true",
};
const SUBSCRIPTION = WHOLE.MOORING_SUBSCRIPTIONS;
const SERVICES = {
  AzureWebJobsStorage__blobServiceUri: "https://st.blob.core.usgovcloudapi.net",
  AzureWebJobsStorage__queueServiceUri: "https://st.queue.core.usgovcloudapi.net",
  AzureWebJobsStorage__tableServiceUri: "https://st.table.core.usgovcloudapi.net",
};
const SANDBOX = { ...WHOLE, MOORING_ARM_ENDPOINT: "https://127.0.0.1:7443", MOORING_LOCAL_OPERATOR: "op" };

test("every setting is among those that are broken one by one", () => {
  expect(Object.keys(BROKEN)).toEqual(Object.keys(Settings.shape));
});

test.each(Object.entries(BROKEN))("%s alone", (name, value) => {
  const found = problems({
    ...SANDBOX,
    MOORING_WEBHOOK_URL: "https://x",
    MOORING_WEBHOOK_SECRET: "x".repeat(24),
    [name]: value,
  });
  expect(found.filter((problem) => problem.startsWith(name)).length).toBeGreaterThan(0);
  if (value.length > 3) expect(found.join()).not.toContain(value);
});

test("unknown names cause warnings without their values", () => {
  const env = {
    ...WHOLE,
    MOORING_TABEL_PREFIX: "secret",
    MOORING_COLOUR: "secret",
    MOORING_OPERATOR: "me",
    MOORING_SANDBOX_PORT: "1",
    PATH: "/",
  };
  expect(settingWarnings(env)).toEqual([
    "MOORING_COLOUR: unknown setting, ignored",
    "MOORING_TABEL_PREFIX: unknown setting, ignored; did you mean MOORING_TABLE_PREFIX?",
  ]);
  expect(settingWarnings(WHOLE)).toEqual([]);
});

test("storage settings are readable even if all others are invalid", () => {
  const { AzureWebJobsStorage } = WHOLE;
  const others = Object.entries(BROKEN).filter(([name]) => !name.startsWith("AzureWebJobsStorage"));
  const env = { ...Object.fromEntries(others), AzureWebJobsStorage, AzureWebJobsStorage__accountName: "" };
  expect(parseStorage(env)).toEqual({ AzureWebJobsStorage, AzureWebJobsStorage__accountName: "" });
  expect(parseStorage({ AzureWebJobsStorage__accountName: "account" })).toEqual({
    AzureWebJobsStorage__accountName: "account",
  });
  expect(() => parseStorage({})).toThrow(InvalidInput);
});

test("a service's own address goes before the account's name", () => {
  const account = { AzureWebJobsStorage__accountName: "store" };
  expect(endpoint(parseStorage(account), "table")).toBe("https://store.table.core.windows.net");
  expect(endpoint(parseStorage({ ...account, ...SERVICES }), "table")).toBe(
    "https://st.table.core.usgovcloudapi.net",
  );
});

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
    ["MOORING_LOCAL_OPERATOR: allowed only if MOORING_ARM_ENDPOINT is a sandbox on this machine"],
  ],
  [
    "not with a sandbox on another machine",
    { ...SANDBOX, MOORING_ARM_ENDPOINT: "https://127.0.0.1.evil.example" },
    ["MOORING_LOCAL_OPERATOR: allowed only if MOORING_ARM_ENDPOINT is a sandbox on this machine"],
  ],
  ...["WEBSITE_SITE_NAME", "WEBSITE_INSTANCE_ID", "CONTAINER_APP_NAME"].map(
    (name): [string, Record<string, string>, string[]] => [
      `not in Azure (${name})`,
      { ...SANDBOX, [name]: "x" },
      [`MOORING_LOCAL_OPERATOR: not allowed in Azure (${name} is set)`],
    ],
  ),
  [
    "not as an empty name, which would be forgotten there",
    { ...SANDBOX, MOORING_LOCAL_OPERATOR: " " },
    ["MOORING_LOCAL_OPERATOR: must not be empty"],
  ],
  ["Azure without a local operator is fine", { ...WHOLE, WEBSITE_SITE_NAME: "mooring" }, []],
  [
    "nothing at all: what is needed is named",
    {},
    [
      "MOORING_SUBSCRIPTIONS: not set",
      "AzureWebJobsStorage: not set; set it or AzureWebJobsStorage__accountName",
    ],
  ],
  [
    "a setting that is there under another name",
    { AzureWebJobsStorage: "UseDevelopmentStorage=true", MOORING_SUBSCRIPTION: "x" },
    ["MOORING_SUBSCRIPTIONS: not set, but MOORING_SUBSCRIPTION is: correct its name"],
  ],
  [
    "in another case",
    { AzureWebJobsStorage: "UseDevelopmentStorage=true", mooring_subscriptions: "x" },
    ["MOORING_SUBSCRIPTIONS: not set, but mooring_subscriptions is: correct its name"],
  ],
  [
    "an invalid connection string, which is not quoted",
    { ...WHOLE, AzureWebJobsStorage: "AccountName=secret" },
    ["AzureWebJobsStorage: not a connection string of a storage account"],
  ],
  [
    "an account's address in place of its name",
    {
      ...WHOLE,
      AzureWebJobsStorage: "",
      AzureWebJobsStorage__accountName: "https://st.blob.core.windows.net",
    },
    ["AzureWebJobsStorage__accountName: not a storage account name"],
  ],
  [
    "each service of storage by its own address, as in other clouds",
    { MOORING_SUBSCRIPTIONS: SUBSCRIPTION, ...SERVICES },
    [],
  ],
  [
    "two of the three",
    { MOORING_SUBSCRIPTIONS: SUBSCRIPTION, ...SERVICES, AzureWebJobsStorage__queueServiceUri: "" },
    expect.arrayContaining(["AzureWebJobsStorage: not set; set it or AzureWebJobsStorage__accountName"]),
  ],
  [
    "every setting at once",
    BROKEN,
    [
      ...Object.keys(BROKEN).map((name) => expect.stringMatching(`^${name}`)),
      "MOORING_LOCAL_OPERATOR: allowed only if MOORING_ARM_ENDPOINT is a sandbox on this machine",
    ],
  ],
])("%s", (_, env, expected) => expect(problems(env)).toEqual(expected));
