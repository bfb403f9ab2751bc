import { mergeHeaders } from '../../domain/render/headers.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest } from '../channel.ts';
import type { TwilioAccount } from './account.ts';

/** The request as it leaves: with SID and token as HTTP Basic. Pure. */
export function completeSms(request: RenderedRequest, { accountSid, authToken }: TwilioAccount): HttpRequest {
  return { ...request, headers: mergeHeaders(request.headers, [['Authorization', `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`]]) };
}
