import type { Notice } from "../../shared/audit/notice.ts";
import type { Destination, Notices } from "../../shared/audit/notices.ts";
import { CallLog } from "./callLog.ts";

/** Records notifications. */
export class MemoryNotices implements Notices {
  readonly calls = new CallLog();
  readonly name: Destination;
  readonly source = "urn:mooring:test";
  readonly told: Notice[] = [];

  constructor(name: Destination) {
    this.name = name;
  }

  async send(notices: readonly Notice[]): Promise<void> {
    await this.calls.record("tell", notices);
    this.told.push(...structuredClone(notices));
  }
}
