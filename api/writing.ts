/** Stops and resumes all changes to Azure. */
import { resumeWriting, stopWriting } from "../shared/changes/stop.ts";
import { NewResume, NewStop, Writing } from "./model.ts";
import { defineOperation } from "./operation.ts";
import { showStop } from "./stopped.ts";

export const writing = [
  defineOperation({
    name: "stopWriting",
    method: "POST",
    path: "/stop",
    summary: "Stop all changes to Azure within seconds",
    role: "Mooring.Operator",
    body: NewStop,
    response: Writing,
    handle: async ({ run, body: { reason }, principal }) => {
      await stopWriting(run, reason, principal.name);
      const stopped = await showStop(run);
      return { body: { ...(stopped && { stopped }) } };
    },
  }),
  defineOperation({
    name: "resumeWriting",
    method: "POST",
    path: "/resume",
    summary: "Resume changes to Azure, as the policy allows",
    role: "Mooring.Operator",
    body: NewResume,
    response: Writing,
    handle: async ({ run, principal }) => {
      await resumeWriting(run);
      run.log.info("changes resumed", { who: principal.name });
      return { body: {} };
    },
  }),
];
