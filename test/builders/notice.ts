import type { Notice } from "../../shared/audit/notice.ts";

const envelope = {
  specversion: "1.0",
  source: "urn:mooring:test",
  time: "2026-11-23T12:00:00.000Z",
  datacontenttype: "application/json",
} as const;

export function findingNotice(id = "0123456789ab"): Notice {
  return {
    ...envelope,
    id: `20261123-120000000-abcdef/${id}`,
    type: "Mooring.Finding.Opened",
    subject: id,
    data: {
      auditId: "20261123-120000000-abcdef",
      id,
      check: "pls-missing",
      severity: "error",
      about: "one/shop/⚓️",
      message: "no Private Link Service",
    },
  };
}
