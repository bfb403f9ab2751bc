import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';

const keySchema = z.object({
  client_email: z.string().min(3),
  private_key: z.string().min(1),
  private_key_id: z.string().optional(),
  project_id: z.string().optional(),
});

/** What a service account proves itself by (Google Cloud: "Create and delete service account keys"). */
export interface ServiceAccount {
  email: string;
  privateKey: string;
  keyId: string | undefined;
  /** The project whose quota its calls use. */
  project: string | undefined;
}

export type ServiceAccountReading = { ok: true; account: ServiceAccount } | { ok: false; problem: string };

/** Reads the JSON key of a service account. `problem` quotes nothing of it. */
export function readServiceAccount(text: string): ServiceAccountReading {
  const parsed = keySchema.safeParse(jsonOf(text));
  if (!parsed.success) return { ok: false, problem: 'is not the JSON key of a service account: paste the whole file that Google Cloud gave out, with `client_email` and `private_key`' };
  const { client_email: email, private_key_id: keyId, project_id: project } = parsed.data;
  // A key that went through a shell or an environment variable often has its line ends written out.
  const privateKey = parsed.data.private_key.replaceAll('\\n', '\n');
  if (!isPrivateKey(privateKey)) return { ok: false, problem: 'holds a `private_key` that cannot be read: paste the file unchanged' };
  return { ok: true, account: { email, privateKey, keyId, project } };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}
