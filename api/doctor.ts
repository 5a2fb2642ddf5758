import { outside } from "../shared/http/outside.ts";
import { INSTALLATION_CHECKS } from "../shared/installation/checks.ts";
import { examine } from "../shared/installation/examine.ts";
import { createLook } from "../shared/installation/look.ts";
import { DoctorReport } from "../shared/installation/report.ts";
import { defineOperation } from "./operation.ts";

export const doctor = [
  defineOperation({
    name: "examineInstallation",
    method: "GET",
    path: "/doctor",
    summary:
      "What `mooring doctor` says, asked from inside the app with the app's own identity; takes up to a minute",
    role: "Mooring.Reader",
    response: DoctorReport,
    handle: async ({ run, app: { settings, installation } }) => {
      const sources = { run, installation: await installation(), outside, settings };
      const look = createLook({ ...sources, nodeVersion: process.versions.node });
      return { body: await examine(INSTALLATION_CHECKS, look) };
    },
  }),
];
