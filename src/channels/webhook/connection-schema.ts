import { z } from 'zod';
import { secretName } from '../../domain/config/secret-reference.ts';

const pemSchema = z.string().min(1).max(100_000);

/** How the connection to a buyer is made. */
export const connectionShape = {
  tls: z
    .strictObject({
      certificate: pemSchema.describe('PEM, with the chain where they ask for it'),
      key: pemSchema.describe('PEM'),
      passphrase: z.string().min(1).max(1_000).optional().describe('Of an encrypted key'),
      authority: pemSchema.optional().describe('PEM: the authority of their certificate, where it is none of the known ones'),
    })
    .optional()
    .describe('Mutual TLS: the certificate that proves who we are'),
  proxy: z
    .string()
    .max(2_000)
    .refine((text) => secretName(text) !== null || isProxyUrl(text), 'must be http://host:port or https://host:port, with user:password@ where the proxy asks for them (a % in them is written %25), and nothing behind')
    .optional()
    .describe('An outgoing proxy, for buyers who know fixed addresses only'),
  redirects: z.int().min(0).max(5).default(0).describe('How many redirects are followed. After 301, 302 and 303 a POST is followed by a GET; 307 and 308 send the lead again'),
};

function canBeDecoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

function isProxyUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password, hostname, pathname, search, hash } = new URL(text);
  if (!canBeDecoded(username) || !canBeDecoded(password)) return false;
  return (protocol === 'http:' || protocol === 'https:') && hostname !== '' && pathname === '/' && search === '' && hash === '';
}
