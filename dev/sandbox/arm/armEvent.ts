/** One terminal outcome of a write, action or delete through ARM: what Event Grid and the activity log report. */
export interface ArmEvent {
  kind: "Write" | "Delete" | "Action";
  outcome: "Success" | "Failure" | "Cancel";
  /** `Microsoft.Network/privateLinkServices/write` */
  operationName: string;
  resourceId: string;
  subscription: string;
  resourceProvider: string;
  method: string;
  url: string;
  correlationId: string;
  caller: { objectId: string; applicationId: string; name: string };
  atUtc: string;
  /** Why it failed. */
  error?: { status: number; code: string; message: string };
}
