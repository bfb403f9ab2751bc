import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest } from '../channel.ts';

/** The request as it leaves; Zoho has its own word for a bearer token. One that was rendered by an older Leadrail has its host. */
export function completeRequest(request: RenderedRequest, api: string, token: string): HttpRequest {
  const url = request.url.startsWith('/') ? `${api}${request.url}` : request.url;
  return { ...request, url, headers: [...request.headers, ['Authorization', `Zoho-oauthtoken ${token}`]] };
}
