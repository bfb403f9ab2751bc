import { describe, expect, it } from 'vitest';
import { createAddressPolicy, isAllowedAddress } from './address-policy.ts';

const PUBLIC = ['8.8.8.8', '93.184.216.34', '2606:2800:220:1::1', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'];

const REFUSED = {
  loopback: ['127.0.0.1', '127.255.255.254', '::1'],
  private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1', 'fc00::1', 'fd12:3456::1'],
  'link-local': ['169.254.0.1', 'fe80::1', 'fe80::1%eth0', 'fec0::1'],
  shared: ['100.64.0.1', '100.100.100.200'],
  metadata: ['169.254.169.254', 'fd00:ec2::254', '168.63.129.16', '::ffff:168.63.129.16'],
  'multicast and broadcast': ['224.0.0.1', 'ff02::1', '255.255.255.255'],
  unspecified: ['0.0.0.0', '0.1.2.3', '::'],
  reserved: ['192.0.0.1', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '240.0.0.1', '2001:db8::1', '100::1', '4000::1'],
  'carried by IPv6': [
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    '::ffff:0:10.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::808:808',
    '2002:7f00:1::1',
    // Teredo: server 10.0.0.1; then server 8.8.8.8 with client 127.0.0.1.
    '2001:0:a00:1::f7f7:f7f7',
    '2001:0:808:808::80ff:fffe',
  ],
  'no address': ['', 'example.com', '1.2.3', '999.1.1.1'],
};

describe('the address policy', () => {
  it.each(PUBLIC)('allows %s', (address) => {
    expect(isAllowedAddress(address, [])).toBe(true);
  });

  it.each(Object.entries(REFUSED).flatMap(([why, addresses]) => addresses.map((address) => [why, address])))('refuses %s: %s', (_why, address) => {
    expect(isAllowedAddress(address, [])).toBe(false);
  });

  it.each([
    ['127.0.0.1', '127.0.0.0/8', true],
    ['::ffff:127.0.0.1', '127.0.0.0/8', true],
    ['64:ff9b::7f00:1', '127.0.0.0/8', true],
    ['::1', '127.0.0.0/8', false],
    ['::1', '::1/128', true],
    ['10.1.2.3', '10.1.0.0/16', true],
    ['10.2.2.3', '10.1.0.0/16', false],
    ['fd12::1', 'fd00::/8', true],
    ['169.254.169.254', '127.0.0.0/8', false],
  ])('judges %s with %s allowed: %s', (address, network, allowed) => {
    expect(isAllowedAddress(address, [network])).toBe(allowed);
  });

  it('names a network that it cannot read', () => {
    expect(() => createAddressPolicy(['10.0.0.0'])).toThrow(/"10\.0\.0\.0" is no network/);
  });
});
