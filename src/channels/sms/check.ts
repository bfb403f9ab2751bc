import { secretName } from '../../domain/config/secret-reference.ts';
import { checkMapping } from '../../domain/mapping/check.ts';
import { checkTemplate, templateVariables } from '../../domain/mapping/template.ts';
import { countSegments } from '../../domain/sms/segments.ts';
import type { ChannelFinding } from '../channel.ts';
import type { SmsConfig } from './config.ts';
import { recipientNumber } from './numbers.ts';
import { LONGEST_TEXT } from './text.ts';

/** More parts than anybody reads, each of them paid for. */
const MANY_SEGMENTS = 10;

/** What the schema of an SMS destination cannot see: what goes together, templates, and the length of the text. */
export function checkSms(config: SmsConfig): ChannelFinding[] {
  return [
    ...checkAccount(config),
    ...checkSender(config),
    ...checkRecipient(config),
    ...checkText(config),
    ...checkMapping(config.map, 'form').map((issue) => error(['map', ...issue.path], issue.message)),
    ...(/^http:/i.test(config.baseUrl ?? '') ? [warning(['baseUrl'], 'personal data and the token go out unencrypted over http://; use https:// if they have it')] : []),
  ];
}

function checkAccount({ accountSid, authToken }: SmsConfig): ChannelFinding[] {
  if ((accountSid === undefined) === (authToken === undefined)) return [];
  const [there, missing] = accountSid === undefined ? ['authToken', 'accountSid'] : ['accountSid', 'authToken'];
  return [error([there], `goes with \`${missing}\`: set both, or leave both out for the installation’s account`)];
}

function checkSender({ from, messagingServiceSid }: SmsConfig): ChannelFinding[] {
  if (from === undefined && messagingServiceSid === undefined) return [error(['from'], 'is missing: set `from`, the number that sends, or `messagingServiceSid`')];
  return from === undefined || messagingServiceSid === undefined ? [] : [error(['messagingServiceSid'], 'does not go with `from`; keep one of them')];
}

function checkRecipient({ to }: SmsConfig): ChannelFinding[] {
  if (secretName(to) !== null) return [];
  const message = checkTemplate(to);
  if (message !== null) return [error(['to'], message)];
  if (templateVariables(to).length > 0 || recipientNumber(to) !== null) return [];
  return [error(['to'], 'is no number that a text message can go to: write one number, like +15125550142; make a destination for each further one')];
}

function checkText({ text }: SmsConfig): ChannelFinding[] {
  if (text === undefined || secretName(text) !== null) return [];
  const message = checkTemplate(text);
  if (message !== null) return [error(['text'], message)];
  if (templateVariables(text).length > 0) return [];
  if (text.length > LONGEST_TEXT) return [error(['text'], `has ${text.length} characters; Twilio takes ${LONGEST_TEXT}`)];
  const { segments } = countSegments(text);
  return segments > MANY_SEGMENTS ? [warning(['text'], `goes out as ${segments} message parts, each of which is paid for; shorten it`)] : [];
}

function error(path: ChannelFinding['path'], message: string): ChannelFinding {
  return { path, message, severity: 'error' };
}

function warning(path: ChannelFinding['path'], message: string): ChannelFinding {
  return { path, message, severity: 'warning' };
}
