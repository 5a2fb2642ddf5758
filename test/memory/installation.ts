import type {
  EventTopic,
  Grant,
  Identity,
  Installation,
  StoragePart,
} from "../../shared/ports/installation.ts";
import { CallLog } from "./callLog.ts";

/** `Installation` whose answers a test sets. */
export class MemoryInstallation implements Installation {
  readonly calls = new CallLog();
  who: Identity = { objectId: "me", name: "application app", isUser: false };
  /** By scope. */
  readonly grants = new Map<string, readonly Grant[]>();
  /** By subscription. */
  readonly topics = new Map<string, readonly EventTopic[]>();
  parts: readonly StoragePart[] = [];
  clock: readonly { readonly name: string; readonly url: string }[] = [];

  async identity(): Promise<Identity> {
    await this.calls.record("identity");
    return this.who;
  }
  async grantsAt(scope: string): Promise<readonly Grant[]> {
    await this.calls.record("grantsAt", scope);
    return this.grants.get(scope) ?? [];
  }
  async eventTopics(subscription: string): Promise<readonly EventTopic[]> {
    await this.calls.record("eventTopics", subscription);
    return this.topics.get(subscription) ?? [];
  }
  async storage(): Promise<readonly StoragePart[]> {
    await this.calls.record("storage");
    return this.parts;
  }
  async clocks(): Promise<readonly { readonly name: string; readonly url: string }[]> {
    await this.calls.record("clocks");
    return this.clock;
  }
}
