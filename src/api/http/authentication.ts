import type { IncomingHttpHeaders } from 'node:http';
import type { SourceKeyStore } from '../../store/store.ts';
import { presentedKey, sameKey, sha256OfKey } from './key.ts';
import { Problem } from './problem.ts';

/** Who calls: the operator, a source by its intake key, or nobody in particular. */
export type Identity = { kind: 'admin' } | { kind: 'source'; source: string } | { kind: 'public' };

/** Who may call an endpoint. `intake` is the one that a source's key opens. */
export type Access = 'public' | 'admin' | 'intake';

export interface Authentication {
  adminKey: string;
  sourceKeys: Pick<SourceKeyStore, 'sourceOf'>;
}

/** Finds out who calls and whether they may; rejects with a 401 or 403 problem. */
export async function authenticate(headers: IncomingHttpHeaders, access: Access, { adminKey, sourceKeys }: Authentication): Promise<Identity> {
  if (access === 'public') return { kind: 'public' };
  const key = presentedKey(headers);
  if (key === null) throw unauthorized('This call needs a key: send it as `Authorization: Bearer <key>` or `X-API-Key: <key>`.');
  if (sameKey(key, adminKey)) return { kind: 'admin' };
  const source = await sourceKeys.sourceOf(sha256OfKey(key));
  if (source === null) throw unauthorized('The key is not known here: it may have been deleted, or belong to another installation.');
  if (access === 'admin') throw new Problem(403, 'A source’s key may only send leads in (POST /v1/leads). This call needs the admin key.');
  return { kind: 'source', source };
}

function unauthorized(detail: string): Problem {
  return new Problem(401, detail, { headers: { 'www-authenticate': 'Bearer realm="leadrail"' } });
}
