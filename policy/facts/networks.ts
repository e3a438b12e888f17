import {
  integer,
  isOpaque,
  isPresent,
  isUnresolved,
  symbolOf,
  type MapValue,
  type Value,
} from "../engine/values";

/** Reach of an address range: the whole internet, a part of it, or not known. */
export type Reach = "world" | "limited" | "unknown";

/** Prefixes so short that the range is as good as the whole internet (0.0.0.0/1 and 128.0.0.0/1 are). */
const WORLD_PREFIX_V4 = 7;
const WORLD_PREFIX_V6 = 15;

/** The reach of a CIDR. */
export function reachOf(cidr: Value | undefined): Reach {
  if (!isPresent(cidr)) return "limited";
  if (isUnresolved(cidr)) return "unknown";
  const match = /^\s*([0-9a-fA-F.:]+)\/(\d+)\s*$/.exec(symbolOf(cidr));
  if (match === null) return "limited";
  const [, address = "", prefix = ""] = match;
  // A private or unique-local range is not the internet, however wide.
  if (/^(10|127)\./.test(address) || /^f[cd]/i.test(address)) return "limited";
  return Number(prefix) <= (address.includes(":") ? WORLD_PREFIX_V6 : WORLD_PREFIX_V4) ? "world" : "limited";
}

/** The ports a security-group rule opens: `all` protocols, one protocol with a range, or not known. */
export interface PortRange {
  readonly protocol: "all" | "tcp" | "udp" | "other" | "unknown";
  readonly from: number;
  readonly to: number;
  readonly known: boolean;
}

const PROTOCOLS: Readonly<Record<string, PortRange["protocol"]>> = {
  "-1": "all",
  all: "all",
  "6": "tcp",
  "17": "udp",
};

/** Reads IpProtocol, FromPort and ToPort of a rule. Without ports a TCP or UDP rule opens all of them. */
export function portRange(rule: MapValue): PortRange {
  const given = rule["IpProtocol"];
  const name = isOpaque(given) ? "" : symbolOf(given ?? "-1").toLowerCase();
  const protocol = isUnresolved(given)
    ? "unknown"
    : (PROTOCOLS[name] ?? (name === "tcp" || name === "udp" ? name : "other"));
  if (protocol === "all") return { protocol, from: 0, to: 65535, known: true };
  const from = integer(rule["FromPort"]);
  const to = integer(rule["ToPort"]);
  const known = from !== "unknown" && to !== "unknown" && protocol !== "unknown";
  const start = typeof from === "number" ? from : typeof to === "number" ? to : 0;
  const end = typeof to === "number" ? to : typeof from === "number" ? start : 65535;
  const whole = start < 0 || end < 0;
  return { protocol, from: whole ? 0 : start, to: whole ? 65535 : end, known };
}

/** Such as `tcp 22` or `all protocols`. */
export function describePorts(range: PortRange): string {
  if (range.protocol === "all") return "all protocols and ports";
  if (range.protocol === "other") return "a protocol other than TCP and UDP";
  return range.from === range.to
    ? `${range.protocol} ${range.from}`
    : `${range.protocol} ${range.from}–${range.to}`;
}
