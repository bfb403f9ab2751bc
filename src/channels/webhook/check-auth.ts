import { parsePath } from '../../domain/mapping/path.ts';
import { checkSource, type Source } from '../../domain/response/source.ts';
import type { ChannelFinding } from '../channel.ts';
import type { TokenCallSettings } from '../tokens/token-call-schema.ts';
import { tokenSettingsOf, type WebhookAuth } from './auth-schema.ts';

/** What the schema of `auth` cannot see: paths that cannot be read, and credentials that go out unencrypted. */
export function checkAuth(auth: WebhookAuth): ChannelFinding[] {
  const settings = tokenSettingsOf(auth);
  if (settings === null) return [];
  if (settings.type === 'token') return [...checkTokenCall(settings), ...checkScheme(settings.request.url, ['auth', 'request', 'url'])];
  return [
    ...checkScheme(settings.tokenUrl, ['auth', 'tokenUrl']),
    ...(settings.grant === 'authorization_code' ? checkScheme(settings.authorizeUrl, ['auth', 'authorizeUrl']) : []),
  ];
}

function checkTokenCall({ request, token, expiresIn }: TokenCallSettings): ChannelFinding[] {
  return [
    ...(request.format === 'json' ? Object.keys(request.body).flatMap(checkTarget) : []),
    ...checkSources(token, 'token'),
    ...checkSources(expiresIn ?? [], 'expiresIn'),
  ];
}

function checkTarget(to: string): ChannelFinding[] {
  const parsed = parsePath(to);
  return parsed.ok ? [] : [{ path: ['auth', 'request', 'body', to], message: parsed.message, severity: 'error' }];
}

function checkSources(sources: readonly Source[], key: 'token' | 'expiresIn'): ChannelFinding[] {
  return sources.flatMap((source, index) =>
    checkSource(source, undefined).map(({ key: inner, message }) => ({
      path: ['auth', key, ...(sources.length > 1 ? [index] : []), ...(inner === null ? [] : [inner])],
      message,
      severity: 'error' as const,
    })),
  );
}

function checkScheme(url: string, path: ChannelFinding['path']): ChannelFinding[] {
  if (!/^http:/i.test(url)) return [];
  return [{ path, message: 'credentials go out unencrypted over http://; use https:// if they have it', severity: 'warning' }];
}
