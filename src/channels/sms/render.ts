import type { FieldValue } from '../../domain/fields/lead.ts';
import { applyMapping } from '../../domain/mapping/apply.ts';
import type { MappingMistake } from '../../domain/mapping/mistake.ts';
import { leadScope, renderTemplate } from '../../domain/mapping/template.ts';
import { renderForm } from '../../domain/render/form.ts';
import { countSegments } from '../../domain/sms/segments.ts';
import type { RenderedRequest, RenderInput, RenderResult } from '../channel.ts';
import type { Installation } from '../installation.ts';
import { accountOf } from './account.ts';
import type { SmsConfig } from './config.ts';
import { recipientNumber } from './numbers.ts';
import { LONGEST_TEXT, messageText } from './text.ts';

const TWILIO = 'https://api.twilio.com';
/** Stands in the address for an account that is not there. */
const NO_ACCOUNT_SID = '{TWILIO_ACCOUNT_SID}';

/** Makes the request that creates a text message (Twilio, "Message resource"). Pure; the account's token comes with each attempt. */
export function renderSms({ config, lead, deliveryId }: RenderInput<SmsConfig>, installation: Installation): RenderResult {
  const extra = { 'delivery.id': deliveryId };
  const mapped = applyMapping(config.map === 'auto' ? [] : config.map, lead, extra, 'form');
  if (!mapped.ok) return mapped;
  const scope = leadScope(lead, { ...Object.fromEntries(mapped.values.map(({ to, value }): [string, FieldValue] => [to, value])), ...extra });
  const to = recipientNumber(renderTemplate(config.to, scope));
  const text = messageText(config.text, lead, scope);
  const mistakes = [...(to === null ? [NO_RECIPIENT] : []), ...textMistakes(text)];
  if (to === null || mistakes.length > 0) return { ok: false, mistakes };
  // In the order in which Twilio's client writes them: its bytes are these bytes.
  const parameters: [name: string, text: string | undefined][] = [
    ['To', to],
    ['StatusCallback', installation.publicUrl === null ? undefined : callbackUrl(installation.publicUrl, deliveryId)],
    ['ValidityPeriod', config.validitySeconds?.toString()],
    ['From', config.from],
    ['MessagingServiceSid', config.messagingServiceSid],
    ['Body', text],
  ];
  const form = renderForm(parameters.flatMap(([name, value]) => (value === undefined ? [] : [{ to: name, value }])));
  const accountSid = accountOf(config, installation)?.accountSid ?? NO_ACCOUNT_SID;
  const request: RenderedRequest = {
    method: 'POST',
    url: `${baseUrlOf(config)}/2010-04-01/Accounts/${accountSid}/Messages.json`,
    headers: [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Accept', 'application/json'],
    ],
    body: new TextEncoder().encode(form),
  };
  return mapped.problems.length === 0 ? { ok: true, request } : { ok: true, request, notes: mapped.problems };
}

/** Where Twilio is reached for a destination. */
export function baseUrlOf(config: SmsConfig): string {
  return config.baseUrl ?? TWILIO;
}

/** Where Twilio tells what became of a delivery's message. */
export function callbackUrl(publicUrl: string, deliveryId: string): string {
  return `${publicUrl}/hooks/twilio/${deliveryId}`;
}

/** The parameters of a rendered message, by Twilio's names. */
export function parametersOf({ body }: RenderedRequest): URLSearchParams {
  return new URLSearchParams(new TextDecoder().decode(body ?? new Uint8Array()));
}

/** What a person who looks at a preview should know: how many parts are paid for, and how long the text is. */
export function remarksOnSms(request: RenderedRequest): string[] {
  const text = parametersOf(request).get('Body') ?? '';
  const { encoding, segments } = countSegments(text);
  return [`${segments} message ${segments === 1 ? 'part' : 'parts'} (${encoding}), ${Array.from(text).length} characters`];
}

const NO_RECIPIENT: MappingMistake = {
  to: 'to',
  message: 'is no number that a text message can go to: it takes a number of the US or Canada, or one like +447700900123, without an extension; check the field that `to` names, and declare it as a phone',
};

function textMistakes(text: string): MappingMistake[] {
  if (text.trim() === '') return [{ to: 'text', message: 'comes to nothing for this lead; check the fields that it names' }];
  if (text.length <= LONGEST_TEXT) return [];
  return [{ to: 'text', message: `comes to ${text.length} characters for this lead, and Twilio takes ${LONGEST_TEXT}; shorten it, or cut a long field with \`transform: [{ truncate: 300 }]\` in \`map\`` }];
}
