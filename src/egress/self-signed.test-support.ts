import { createHash, generateKeyPairSync, sign } from 'node:crypto';

/** A certificate and its key, PEM, made for one test run. */
export interface SelfSigned {
  cert: string;
  key: string;
}

/** Makes a self-signed certificate for one DNS name, valid for 2000 to 2049: just enough X.509 (RFC 5280) for a test server. */
export function selfSigned(dnsName: string): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' });
  const ecdsaWithSha256 = der(0x30, oid('2a8648ce3d040302'));
  const name = der(0x30, der(0x31, der(0x30, oid('550403'), der(0x0c, Buffer.from(dnsName)))));
  const validity = der(0x30, der(0x17, Buffer.from('000101000000Z')), der(0x17, Buffer.from('491231235959Z')));
  const alternativeNames = extension('551d11', der(0x30, der(0x82, Buffer.from(dnsName))));
  const isAuthority = extension('551d13', der(0x30, der(0x01, Buffer.from([0xff]))));
  const toBeSigned = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.concat([Buffer.from([0x01]), createHash('sha256').update(subjectKey).digest().subarray(0, 8)])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    subjectKey,
    der(0xa3, der(0x30, alternativeNames, isAuthority)),
  );
  const signature = sign('sha256', toBeSigned, privateKey);
  const certificate = der(0x30, toBeSigned, ecdsaWithSha256, der(0x03, Buffer.concat([Buffer.from([0]), signature])));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  const cert = ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
  return { cert, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const long = content.length > 0xff ? [0x82, content.length >> 8, content.length & 0xff] : [0x81, content.length];
  return Buffer.concat([Buffer.from([tag, ...(content.length < 0x80 ? [content.length] : long)]), content]);
}

function oid(hex: string): Buffer {
  return der(0x06, Buffer.from(hex, 'hex'));
}

function extension(id: string, value: Buffer): Buffer {
  return der(0x30, oid(id), der(0x04, value));
}
