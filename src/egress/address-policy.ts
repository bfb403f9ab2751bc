import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Says whether an address may be connected to. */
export type AddressPolicy = (address: string) => boolean;

/** Public by its range, but it answers inside a cloud only: Azure's own metadata and control address. */
const CLOUD_ADDRESSES: ReadonlySet<string> = new Set(['168.63.129.16']);

/** The only IPv6 space that is given out for the public Internet (RFC 4291, IANA). */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');
/** IPv4-compatible addresses (RFC 4291 2.5.5.1), which ipaddr.js takes for ordinary ones. */
const IPV4_COMPATIBLE = ipaddr.IPv6.parseCIDR('::/96');
/** NAT64's well-known prefix (RFC 6052): public IPv4 servers have such addresses in IPv6-only networks. */
const NAT64 = ipaddr.IPv6.parseCIDR('64:ff9b::/96');

/**
 * The policy for outgoing connections: public unicast addresses, and what `allowedNetworks` (CIDRs) add. Loopback, private,
 * link-local, shared (CGNAT), metadata, multicast and reserved addresses are refused, also where an IPv6 address carries them.
 * Throws when a CIDR cannot be read.
 */
export function createAddressPolicy(allowedNetworks: readonly string[]): AddressPolicy {
  const networks = allowedNetworks.map(parseNetwork);
  return (text) => {
    // A zone (`fe80::1%eth0`) names an interface of this machine: never public, and no CIDR can mean it.
    if (isIP(text) === 0 || text.includes('%')) return false;
    return isAllowed(ipaddr.parse(text), networks);
  };
}

/** `createAddressPolicy` for a single question. */
export function isAllowedAddress(address: string, allowedNetworks: readonly string[]): boolean {
  return createAddressPolicy(allowedNetworks)(address);
}

function parseNetwork(cidr: string): [Address, number] {
  if (!ipaddr.isValidCIDR(cidr)) throw new Error(`"${cidr}" is no network; write LEADRAIL_ALLOWED_NETWORKS as CIDRs, e.g. 10.0.0.0/8`);
  return ipaddr.parseCIDR(cidr);
}

function isAllowed(address: Address, networks: [Address, number][]): boolean {
  if (networks.some((network) => isInside(address, network))) return true;
  if (!isIPv6(address)) return address.range() === 'unicast' && !CLOUD_ADDRESSES.has(address.toString());
  const carried = carriedAddresses(address);
  if (carried.length > 0) return carried.every((inner) => isAllowed(inner, networks));
  return address.range() === 'unicast' && address.match(GLOBAL_UNICAST);
}

function isInside(address: Address, [network, bits]: [Address, number]): boolean {
  if (isIPv6(address)) return isIPv6(network) && address.match(network, bits);
  return !isIPv6(network) && address.match(network, bits);
}

function isIPv6(address: Address): address is ipaddr.IPv6 {
  return address.kind() === 'ipv6';
}

/** The IPv4 addresses that an IPv6 address stands for or leads to; empty for an ordinary one. */
function carriedAddresses(address: ipaddr.IPv6): ipaddr.IPv4[] {
  const bytes = address.toByteArray();
  switch (address.range()) {
    case 'ipv4Mapped':
    case 'rfc6145':
      return [ipv4(bytes.slice(12))];
    case '6to4':
      return [ipv4(bytes.slice(2, 6))];
    case 'teredo':
      // RFC 4380: the server as it is, the client with every bit turned.
      return [ipv4(bytes.slice(4, 8)), ipv4(bytes.slice(12).map((byte) => byte ^ 0xff))];
    case 'loopback':
    case 'unspecified':
      return [];
    default:
      return address.match(IPV4_COMPATIBLE) || address.match(NAT64) ? [ipv4(bytes.slice(12))] : [];
  }
}

function ipv4(bytes: number[]): ipaddr.IPv4 {
  return new ipaddr.IPv4(bytes);
}
