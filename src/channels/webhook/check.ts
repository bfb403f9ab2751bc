import { secretName } from '../../domain/config/secret-reference.ts';
import { checkMapping } from '../../domain/mapping/check.ts';
import { checkTemplate } from '../../domain/mapping/template.ts';
import { checkResponse } from '../../domain/response/schema.ts';
import type { ChannelFinding } from '../channel.ts';
import { authHeader } from './authentication.ts';
import { checkAuth } from './check-auth.ts';
import type { WebhookConfig } from './config.ts';
import { checkConnection } from './check-connection.ts';
import { identifiesItself } from './credentials.ts';

type Path = ChannelFinding['path'];

/** Headers that rule the connection: HTTP forbids them here, or they are counted from the body. */
const RESERVED_HEADERS: ReadonlySet<string> = new Set(['connection', 'content-length', 'expect', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade']);

/** What the schema of a webhook's configuration cannot see: templates, mapping, response rules, what does not go together, and risks. */
export function checkWebhook(config: WebhookConfig): ChannelFinding[] {
  return [
    ...checkTemplates(config.headers, ['headers']),
    ...checkTemplates(config.query, ['query']),
    ...checkTemplates(config.wrap?.extra ?? {}, ['wrap', 'extra']),
    ...checkHeaders(config),
    ...checkAuth(config.auth),
    ...checkMapping(config.map, config.format).map((issue) => error(['map', ...issue.path], issue.message)),
    ...checkResponse(config.response).map((issue) => error(['response', ...issue.path], issue.message)),
    ...checkFormat(config),
    ...checkConnection(config, new Date()),
    ...checkSafety(config),
  ];
}

function checkTemplates(templates: Record<string, string>, path: Path): ChannelFinding[] {
  return Object.entries(templates).flatMap(([name, text]) => {
    const message = secretName(text) === null ? checkTemplate(text) : null;
    return message === null ? [] : [error([...path, name], message)];
  });
}

function checkHeaders({ headers, auth }: WebhookConfig): ChannelFinding[] {
  const names = new Map<string, string>();
  const findings: ChannelFinding[] = [];
  for (const name of Object.keys(headers)) {
    const lower = name.toLowerCase();
    const before = names.get(lower);
    if (RESERVED_HEADERS.has(lower)) findings.push(error(['headers', name], `Leadrail sets \`${name}\` itself; leave it out`));
    if (before !== undefined) findings.push(error(['headers', name], `is the same header as \`${before}\`; keep one of them`));
    names.set(lower, name);
  }
  const byAuth = authHeader(auth);
  const twice = byAuth === null ? undefined : names.get(byAuth.toLowerCase());
  if (twice !== undefined) findings.push(error(['headers', twice], '`auth` sets this header; keep one of them'));
  if (byAuth !== null && RESERVED_HEADERS.has(byAuth.toLowerCase())) findings.push(error(['auth', auth.type === 'header' ? 'name' : 'send'], `Leadrail sets \`${byAuth}\` itself; use another header`));
  return findings;
}

function checkFormat({ format, method, wrap, xml }: WebhookConfig): ChannelFinding[] {
  const findings: ChannelFinding[] = [];
  if (wrap !== undefined && format !== 'json' && format !== 'xml') findings.push(error(['wrap'], `\`wrap\` puts JSON or XML into a form parameter; it does not go with format ${format}`));
  if (xml !== undefined && format !== 'xml') findings.push(error(['xml'], `\`xml\` does not go with format ${format}; write \`format: xml\` or leave it out`));
  if ((method === 'GET' || method === 'DELETE') && format !== 'query') findings.push(warning(['format'], `many servers ignore the body of a ${method}; format query puts the fields into the URL`));
  return findings;
}

function checkSafety(config: WebhookConfig): ChannelFinding[] {
  const findings: ChannelFinding[] = [];
  for (const key of ['url', 'testUrl'] as const) {
    if (/^http:/i.test(config[key] ?? '')) findings.push(warning([key], 'personal data goes out unencrypted over http://; use https:// if the buyer has it'));
  }
  if (!identifiesItself(config)) findings.push(warning(['auth'], 'personal data goes out without any authentication: the buyer cannot tell our requests from anybody else’s; set `auth` or `sign`'));
  return findings;
}

function error(path: Path, message: string): ChannelFinding {
  return { path, message, severity: 'error' };
}

function warning(path: Path, message: string): ChannelFinding {
  return { path, message, severity: 'warning' };
}
