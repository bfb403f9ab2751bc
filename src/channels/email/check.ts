import { checkMapping } from '../../domain/mapping/check.ts';
import { checkTemplate } from '../../domain/mapping/template.ts';
import { allowedAttempts, nextWaitMs, type RetryPolicy } from '../../domain/delivery/retry.ts';
import type { ChannelFinding } from '../channel.ts';
import { domainOf } from './address.ts';
import { MOST_RECIPIENTS, type EmailConfig } from './config.ts';
import { addressProblem } from './recipients.ts';

type Path = ChannelFinding['path'];

/** How long Resend knows an email by its Idempotency-Key (docs, "Idempotency Keys"). */
const IDEMPOTENCY_MS = 24 * 60 * 60 * 1_000;

/** What the schema of an email's configuration cannot see. */
export function checkEmail(config: EmailConfig): ChannelFinding[] {
  const findings = [
    ...(['to', 'cc', 'bcc', 'replyTo'] as const).flatMap((field) => config[field].flatMap((address, index) => found([field, index], addressProblem(address)))),
    ...found(['from'], config.from !== undefined && domainOf(config.from) === null ? 'is no email address; write leads@sender.example, or "Name <leads@sender.example>"' : null),
    ...(['subject', 'html', 'text'] as const).flatMap((field) => found([field], config[field] === undefined ? null : checkTemplate(config[field]))),
    ...checkMapping(config.map, 'form').map((issue): ChannelFinding => ({ path: ['map', ...issue.path], message: issue.message, severity: 'error' })),
  ];
  const count = config.to.length + config.cc.length + config.bcc.length;
  if (count > MOST_RECIPIENTS) findings.push(...found(['to'], `\`to\`, \`cc\` and \`bcc\` name ${count} recipients; an email has at most ${MOST_RECIPIENTS}`));
  return [...findings, ...warningsFor(config)];
}

function warningsFor({ from, baseUrl, retry }: EmailConfig): ChannelFinding[] {
  const warnings: ChannelFinding[] = [];
  const warn = (path: Path, message: string) => warnings.push({ path, message, severity: 'warning' });
  if (from === undefined) warn(['from'], 'the sender is the one of LEADRAIL_EMAIL_FROM; where that is not set either, it is Resend’s own, which reaches only the owner of the account');
  else if (domainOf(from) === 'resend.dev') warn(['from'], 'from resend.dev Resend delivers only to the owner of the account; use a domain of your own that is verified there');
  if (/^http:/i.test(baseUrl ?? '')) warn(['baseUrl'], 'personal data and the API key go out unencrypted over http://; use https:// if they have it');
  if (longestRetryMs(retry) >= IDEMPOTENCY_MS) warn(['retry'], 'Resend knows an email by its delivery id for 24 hours; a retry after that may make a second email');
  return warnings;
}

function longestRetryMs(retry: RetryPolicy): number {
  let wholeMs = 0;
  for (let failed = 1; failed < allowedAttempts(retry); failed += 1) wholeMs += nextWaitMs(retry, failed, undefined, 0) ?? 0;
  return wholeMs;
}

function found(path: Path, message: string | null): ChannelFinding[] {
  return message === null ? [] : [{ path, message, severity: 'error' }];
}
