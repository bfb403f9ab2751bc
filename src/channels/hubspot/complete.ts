import type { HttpRequest } from '../../egress/http-client.ts';
import type { RenderedRequest } from '../channel.ts';

/** The request as it leaves. A private app's token and one of OAuth go alike. */
export function completeRequest(request: RenderedRequest, token: string): HttpRequest {
  return { ...request, headers: [...request.headers, ['Authorization', `Bearer ${token}`]] };
}
