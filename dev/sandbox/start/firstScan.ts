import { setTimeout as delay } from "node:timers/promises";

const PATIENCE_MILLISECONDS = 120_000;
const POLL_MILLISECONDS = 250;
/** The gate may go by what it read so long ago, when there was nothing. */
const REMEMBERED_MILLISECONDS = 5_000;

/**
 * When the app has scanned its networks once, or after two minutes at most: before that it warns of addresses instead of refusing them,
 * which is not what people come to see.
 */
export async function firstScan(hostUrl: string): Promise<void> {
  if (await isScanned(hostUrl)) return;
  const deadline = Date.now() + PATIENCE_MILLISECONDS;
  while (Date.now() < deadline && !(await isScanned(hostUrl))) await delay(POLL_MILLISECONDS);
  await delay(REMEMBERED_MILLISECONDS);
}

async function isScanned(hostUrl: string): Promise<boolean> {
  const response = await fetch(`${hostUrl}/api/v1/overview`);
  const body = (await response.json()) as { mooring?: { scannedAtUtc?: string } };
  return body.mooring?.scannedAtUtc !== undefined;
}
