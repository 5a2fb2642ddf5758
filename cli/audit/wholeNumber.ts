import { InvalidInput } from "../../shared/core/errors.ts";

/** @throws InvalidInput unless it is an integer from 1 to `most` */
export function wholeNumber(option: string, text: string, most: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  if (value < 1 || value > most)
    throw new InvalidInput(`${option} ${text}: not an integer from 1 to ${most}`);
  return value;
}
