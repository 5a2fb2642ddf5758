/**
 * Data as this version of the code writes them, for the tests of upgrades: `node dev/tools/fixture.ts > test/schema/versionN.json`. Run it
 * before the form of something stored is changed; what it wrote is never changed by hand after.
 */
import { acknowledge } from "../../shared/audit/acknowledge.ts";
import { cancelAudit, listRuns } from "../../shared/audit/runs.ts";
import { startAudit } from "../../shared/audit/startAudit.ts";
import type { Row } from "../../shared/ports/table.ts";
import { AuditEstate, type Message } from "../../test/builders/auditEstate.ts";
import { MemoryTable } from "../../test/memory/table.ts";

const rows: Record<string, Pick<Row<unknown>, "partition" | "key" | "value">[]> = {};
const estate = await AuditEstate.create();
const { run } = estate;

const audit = async () => {
  estate.timer();
  await estate.drain();
  run.clock.advance(3600);
};

estate.look({ one: "visible", two: "both" });
await audit();
const [finding] = estate.findings();
const untilUtc = "2026-12-23T12:00:00.000Z";
await acknowledge(run, finding?.id ?? "", { who: "anna", reason: "known", untilUtc });
estate.look({ one: "visible", three: "approving" });
await audit();
estate.unreadable("two", true);
await audit();
estate.unreadable("two", false);
const stopped = await startAudit(run, { who: "ben", why: "asked for" });
await cancelAudit(run, stopped.id, "ben");
estate.collect();
estate.messages.length = 0;
run.clock.advance(3600);

// One that is going on: two of its scopes are done, the messages of the others wait.
estate.look({ two: "visible" });
estate.timer();
for (let times = 0; times < 3; times += 1) await estate.deliver(estate.messages[0] as Message);

for (const [noun, table] of Object.entries(run.tables)) rows[noun] = dump(table);
const states = Object.fromEntries(run.states.states);
const [going] = await listRuns(run, 1);
const messages = estate.messages.map(({ item }) => item);
console.log(
  JSON.stringify({ nowUtc: run.clock.nowUtc, going: going?.id, rows, states, messages }, undefined, 1),
);

function dump(table: MemoryTable<unknown>) {
  return table.rows().map(({ partition, key, value }) => ({ partition, key, value }));
}
