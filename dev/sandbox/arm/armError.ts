/** An error as ARM or a resource provider sends it; the server turns it into status, headers and body. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  /** `gateway`: ARM itself refused (no `details`, `x-ms-failure-cause: gateway`); `provider`: `details` always there. */
  readonly from: "gateway" | "provider";
  readonly details: { code: string; message: string }[];
  readonly headers: Record<string, string>;
  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      from?: "gateway" | "provider";
      details?: { code: string; message: string }[];
      headers?: Record<string, string>;
    } = {},
  ) {
    super(message);
    this.status = status;
    this.code = code;
    this.from = more.from ?? "provider";
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }
}
