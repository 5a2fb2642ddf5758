/** How many random schedules each model plays; `npm run soak` plays 50,000. A failure prints its seed and path: fc.assert takes them to play it again. */
export const SCHEDULES = Number(process.env["MOORING_SCHEDULES"] ?? 2000);

/** Much longer than they take: a run ends by its result, not by the load of the machine. */
export const SCHEDULES_MILLISECONDS = SCHEDULES * 600;
