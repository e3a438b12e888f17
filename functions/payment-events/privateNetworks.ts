import { BlockList, isIP } from "node:net";

/**
 * Addresses that a merchant's URL must not lead to: loopback, private, link-local (the metadata service), shared,
 * documentation, benchmark, multicast and reserved ranges. Source: IANA's IPv4 and IPv6 special-purpose registries.
 */
const IPV4_RANGES: readonly (readonly [address: string, bits: number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.31.196.0", 24],
  ["192.52.193.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["192.175.48.0", 24],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
];
/** The only IPv6 range with public addresses, and the parts of it that are not. */
const IPV6_GLOBAL: readonly [address: string, bits: number] = ["2000::", 3];
const IPV6_RANGES: readonly (readonly [address: string, bits: number])[] = [
  ["2001::", 23],
  ["2001:db8::", 32],
  // 6to4 carries an IPv4 address, which could be a private one.
  ["2002::", 16],
  ["3fff::", 20],
];

const refused = new BlockList();
for (const [address, bits] of IPV4_RANGES) refused.addSubnet(address, bits, "ipv4");
for (const [address, bits] of IPV6_RANGES) refused.addSubnet(address, bits, "ipv6");
const global = new BlockList();
global.addSubnet(...IPV6_GLOBAL, "ipv6");

/** True for an address of the public Internet. What is no address is none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refused.check(address, "ipv4");
  // IPv4-mapped addresses (::ffff:10.0.0.1) lie outside the global range, so they are refused with the rest.
  return family === 6 && global.check(address, "ipv6") && !refused.check(address, "ipv6");
}
