/**
 * The operations of the HTTP API that commands use, by their `operationId`, with the schemas from which the OpenAPI document is generated.
 * A test compares the table with the API's.
 */
import * as z from "zod";
import {
  Acknowledge,
  ActivePolicy,
  AddressLookup,
  Audit,
  AuditDifference,
  Check,
  CheckServices,
  Connection,
  Decision,
  Finding,
  FreeAddresses,
  Hold,
  Holds,
  JournalDetail,
  JournalEntry,
  Me,
  NewAdmissionMode,
  NewAudit,
  NewHold,
  NewPolicy,
  NewRelease,
  NewResume,
  NewRollback,
  NewStop,
  Orphans,
  Outcome,
  pageOf,
  PlaceUse,
  PlsSummary,
  PolicyChange,
  PolicyVersion,
  PolicyVersionDetail,
  PoisonedMessage,
  PoisonOutcome,
  PoisonSelection,
  PrivateLinkService,
  QueueOverview,
  Refusal,
  RegisteredCluster,
  ReleasedClaims,
  Restore,
  SweepOutcome,
  TrendDay,
  Verdicts,
  Writing,
} from "../../api/model.ts";
import { ReportDocument } from "../../shared/audit/report/document.ts";

export interface Endpoint {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** Below `/api/v1`. */
  readonly path: string;
  readonly response: z.ZodType;
  readonly body?: z.ZodType;
}

const listOf = <T extends z.ZodType>(item: T) => z.object({ items: z.array(item) });

export const ENDPOINTS = {
  getMe: { method: "GET", path: "/me", response: Me },

  checkServices: { method: "POST", path: "/check/services", response: Verdicts, body: CheckServices },

  listClusters: { method: "GET", path: "/clusters", response: listOf(RegisteredCluster) },

  listAddressUses: { method: "GET", path: "/ip", response: pageOf(PlaceUse) },
  nextFreeAddresses: { method: "GET", path: "/ip/next", response: FreeAddresses },
  lookUpAddress: { method: "GET", path: "/ip/{address}", response: AddressLookup },
  releaseClaims: { method: "POST", path: "/ip/release", response: ReleasedClaims, body: NewRelease },

  listPrivateLinkServices: { method: "GET", path: "/pls", response: pageOf(PlsSummary) },
  getPls: { method: "GET", path: "/pls/{key}", response: PrivateLinkService },
  reconcilePls: { method: "POST", path: "/pls/{key}/reconcile", response: Outcome },

  listConnections: { method: "GET", path: "/connections", response: pageOf(Connection) },
  decideConnection: {
    method: "POST",
    path: "/connections/{key}/decision",
    response: Outcome,
    body: Decision,
  },

  listFindings: { method: "GET", path: "/findings", response: pageOf(Finding) },
  listChecks: { method: "GET", path: "/checks", response: listOf(Check) },
  acknowledgeFinding: {
    method: "PUT",
    path: "/findings/{id}/acknowledgement",
    response: Finding,
    body: Acknowledge,
  },
  withdrawAcknowledgement: { method: "DELETE", path: "/findings/{id}/acknowledgement", response: Finding },
  fixFinding: { method: "POST", path: "/findings/{id}/fix", response: Outcome },

  listAudits: { method: "GET", path: "/audits", response: pageOf(Audit) },
  startAudit: { method: "POST", path: "/audits", response: Audit, body: NewAudit },
  getAudit: { method: "GET", path: "/audits/{id}", response: Audit },
  cancelAudit: { method: "POST", path: "/audits/{id}/cancel", response: Audit },
  compareAudits: { method: "GET", path: "/audits/{from}/diff/{to}", response: AuditDifference },
  /** With `format=json`. */
  getAuditReport: { method: "GET", path: "/audits/{id}/report", response: ReportDocument },
  getTrend: { method: "GET", path: "/trend", response: listOf(TrendDay) },

  getPolicy: { method: "GET", path: "/policy", response: ActivePolicy },
  listPolicyVersions: { method: "GET", path: "/policy/versions", response: pageOf(PolicyVersion) },
  getPolicyVersion: { method: "GET", path: "/policy/versions/{version}", response: PolicyVersionDetail },
  changePolicy: { method: "PUT", path: "/policy", response: PolicyChange, body: NewPolicy },
  rollBackPolicy: { method: "POST", path: "/policy/rollback", response: PolicyChange, body: NewRollback },
  changeAdmissionMode: {
    method: "PUT",
    path: "/policy/admission-mode",
    response: PolicyChange,
    body: NewAdmissionMode,
  },
  listRefusals: { method: "GET", path: "/refusals", response: pageOf(Refusal) },

  listOrphans: { method: "GET", path: "/orphans", response: Orphans },
  listHolds: { method: "GET", path: "/holds", response: Holds },
  holdResource: { method: "PUT", path: "/holds/{key}", response: Hold, body: NewHold },
  releaseHold: { method: "DELETE", path: "/holds/{key}", response: Hold },
  sweepOrphans: { method: "POST", path: "/orphans/sweep", response: SweepOutcome },
  restoreOrphan: { method: "POST", path: "/orphans/restore", response: Outcome, body: Restore },

  listJournal: { method: "GET", path: "/journal", response: pageOf(JournalEntry) },
  getJournalEntry: { method: "GET", path: "/journal/{id}", response: JournalDetail },
  undoJournalEntry: { method: "POST", path: "/journal/{id}/undo", response: Outcome },

  listQueues: { method: "GET", path: "/queues", response: listOf(QueueOverview) },
  listPoison: { method: "GET", path: "/queues/{queue}/poison", response: listOf(PoisonedMessage) },
  replayPoison: {
    method: "POST",
    path: "/queues/{queue}/poison/replay",
    response: PoisonOutcome,
    body: PoisonSelection,
  },
  dropPoison: {
    method: "POST",
    path: "/queues/{queue}/poison/drop",
    response: PoisonOutcome,
    body: PoisonSelection,
  },

  stopWriting: { method: "POST", path: "/stop", response: Writing, body: NewStop },
  resumeWriting: { method: "POST", path: "/resume", response: Writing, body: NewResume },
} as const satisfies Readonly<Record<string, Endpoint>>;

type Endpoints = typeof ENDPOINTS;
export type OperationName = keyof Endpoints;
export type ResponseOf<N extends OperationName> = z.infer<Endpoints[N]["response"]>;
/** Operations whose response is a page. */
export type ListName = {
  [N in OperationName]: "continuation" extends keyof ResponseOf<N> ? N : never;
}[OperationName];
export type ItemOf<N extends ListName> = ResponseOf<N>["items"][number];

type BodyOf<N extends OperationName> = Endpoints[N] extends { body: infer B extends z.ZodType }
  ? { readonly body: z.input<B> }
  : { readonly body?: undefined };

/** `id` of `/findings/{id}`. */
type ParamOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamOf<Rest>
  : never;

type ParamsOf<N extends OperationName> = [ParamOf<Endpoints[N]["path"]>] extends [never]
  ? { readonly params?: undefined }
  : { readonly params: Readonly<Record<ParamOf<Endpoints[N]["path"]>, string>> };

export type Query = Readonly<Record<string, string | undefined>>;

export type RequestOf<N extends OperationName> = BodyOf<N> &
  ParamsOf<N> & {
    /** Undefined parameters are left out. */
    readonly query?: Query;
    /** Etag of the plan that was shown. */
    readonly ifMatch?: string;
  };

/** The API as commands use it: over HTTP, or in this process. */
export interface Api {
  /** @throws ApiFailure if the API refuses */
  call<N extends OperationName>(name: N, request: RequestOf<N>): Promise<ResponseOf<N>>;
}

const PAGE = 1000;

/** All items of a list, at most `most`. @throws ApiFailure */
export async function listAll<N extends ListName>(
  api: Api,
  name: N,
  { query = {}, most = Number.POSITIVE_INFINITY }: { readonly query?: Query; readonly most?: number } = {},
): Promise<ItemOf<N>[]> {
  const items: ItemOf<N>[] = [];
  let continuation: string | undefined;
  do {
    const limit = String(Math.min(PAGE, most - items.length));
    const request: RequestOf<ListName> = { query: { ...query, limit, continuation } };
    const page: { items: ItemOf<N>[]; continuation?: string | undefined } = await api.call(
      name,
      request as RequestOf<N>,
    );
    items.push(...page.items);
    ({ continuation } = page);
  } while (continuation !== undefined && items.length < most);
  return items;
}

/** Problems of query parameters, in the words of the command line: `query.cluster: …` is `--cluster one: …`. Pure. */
export function asOptions(problems: readonly string[], query: Query): string[] {
  return problems.map((problem) =>
    problem.replace(/^query\.(\w+)(?=: )/, (_, name: string) => `--${name} ${query[name] ?? ""}`.trim()),
  );
}

/** The API refused, or did not respond as described. */
export class ApiFailure extends Error {
  override name = "ApiFailure";
  /** 0 if there was no response. */
  readonly status: number;
  readonly problems: readonly string[];
  constructor(status: number, problems: readonly string[]) {
    super(problems.join("; "));
    this.status = status;
    this.problems = problems;
  }
}
