/**
 * A log sequence number as PostgreSQL prints it (`16/B374D848`) as the byte position that it is.
 * @throws RangeError when the text is no log sequence number
 */
export function parseLsn(text: string): bigint {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text);
  if (match === null) {
    throw new RangeError(`not a log sequence number: ${text}`);
  }
  return (BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`);
}

/** Bytes from one position to a later one; 0 when it is not later. */
export function lsnDistance(from: bigint, to: bigint): number {
  return to > from ? Number(to - from) : 0;
}
