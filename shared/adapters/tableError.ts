/** Translates a rejected write or transaction, by status and code. */

export interface TableRefusal {
  readonly code: string;
  /** Index of the failed action in the transaction; 0 if the service does not return it. */
  readonly index: number;
  /** Absent if it is not one of the results of `Table`. */
  readonly why?: "exists" | "changed" | "absent";
}

const WHY = {
  EntityAlreadyExists: "exists",
  UpdateConditionNotSatisfied: "changed",
  ResourceNotFound: "absent",
} as const;

/** The client returns the code of a single write in another place than that of a transaction. */
interface ServiceError {
  readonly code?: string;
  readonly message?: string;
  readonly details?: { readonly odataError?: { readonly code?: string } };
}

export function statusOf(error: unknown): number | undefined {
  return (error as { statusCode?: number } | undefined)?.statusCode;
}

/** `undefined` if the error was not returned by the service. */
export function refusalOf(error: unknown): TableRefusal | undefined {
  const { message = "", details, ...rest } = error as ServiceError;
  const code = rest.code ?? details?.odataError?.code;
  if (code === undefined) return undefined;
  const why = WHY[code as keyof typeof WHY];
  return { code, index: failedIndex(message), ...(why && { why }) };
}

/** The service's message starts with the index of the failed action: `2:The specified entity already exists.` */
function failedIndex(message: string): number {
  return Number(/^(\d+):/.exec(message)?.[1] ?? 0);
}
