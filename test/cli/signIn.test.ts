import {
  AggregateAuthenticationError,
  AuthenticationError,
  AuthenticationRequiredError,
  CredentialUnavailableError,
} from "@azure/identity";
import { expect, test } from "vitest";
import { signInProblem } from "../../cli/signIn.ts";

test.each([
  new AggregateAuthenticationError(
    [new Error("a"), new Error("b")],
    "ChainedTokenCredential failed.\nA: a\nB: b",
  ),
  new CredentialUnavailableError("ChainedTokenCredential failed.\nPlease run 'az login'"),
  new AuthenticationRequiredError({ scopes: ["s"], message: "ChainedTokenCredential failed." }),
])("$name is reported in one line, with advice", (error) => {
  expect(signInProblem(error)).toMatch(
    /^not signed in to Azure; run az login: ChainedTokenCredential failed\.$/,
  );
});

test("a token that Azure refuses is one too, and other failures are not", () => {
  expect(signInProblem(new AuthenticationError(400, { error: "invalid_grant" }))).toMatch(
    /^not signed in to Azure/,
  );
  expect(signInProblem(new Error("AuthenticationError"))).toBeUndefined();
  expect(signInProblem("AuthenticationError")).toBeUndefined();
});
