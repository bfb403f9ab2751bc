import { mergeHeaders } from '../../domain/render/headers.ts';
import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest } from '../channel.ts';
import { USER_AGENT } from './resend-client.ts';

/** What a preview shows in the place of a key that the destination does not name itself. */
const MASKED_KEY = '********';

/** The request as the SDK completes it, for a preview; a test holds the two together. Pure. */
export function completeEmail(request: RenderedRequest, deliveryId: string, apiKey: string | undefined): HttpRequest {
  return {
    ...request,
    headers: mergeHeaders([['authorization', `Bearer ${apiKey ?? MASKED_KEY}`]], request.headers, [['idempotency-key', deliveryId], ['user-agent', USER_AGENT]]).map(([name, value]) => [name.toLowerCase(), value]),
  };
}
