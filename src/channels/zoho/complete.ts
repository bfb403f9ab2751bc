import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest } from '../channel.ts';

/** The request as it leaves; Zoho has its own word for a bearer token. */
export function completeRequest(request: RenderedRequest, token: string): HttpRequest {
  return { ...request, headers: [...request.headers, ['Authorization', `Zoho-oauthtoken ${token}`]] };
}
