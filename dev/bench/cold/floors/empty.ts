/** The least that an app can be: one function, nothing else. */
import { app } from "@azure/functions";

app.http("health", { route: "health/{probe?}", handler: async () => ({ jsonBody: { status: "ok" } }) });
