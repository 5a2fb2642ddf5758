import { outside } from "../shared/adapters/httpClient.ts";
import { INSTALLATION_CHECKS } from "../shared/doctor/checks.ts";
import { examine } from "../shared/doctor/examine.ts";
import { createLook } from "../shared/doctor/look.ts";
import { DoctorReport } from "../shared/doctor/report.ts";
import { defineOperation, type Call } from "./operation.ts";
import { recently } from "./recent.ts";

export const doctor = [
  defineOperation({
    name: "examineInstallation",
    method: "GET",
    path: "/doctor",
    summary:
      "Run the checks of `mooring doctor` inside the app, with the identity of the app. Takes up to a minute",
    role: "Mooring.Reader",
    response: DoctorReport,
    // The doctor makes hundreds of calls to Azure: repeated requests get the same result for a while.
    handle: async (call) => ({ body: await recently(call.run, "doctor", () => ask(call)) }),
  }),
];

async function ask({ run, app: { settings, installation } }: Call): Promise<DoctorReport> {
  const sources = { run, installation: await installation(), outside, settings };
  const look = createLook({ ...sources, nodeVersion: process.versions.node });
  return examine(INSTALLATION_CHECKS, look);
}
