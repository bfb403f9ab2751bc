import { listAlerts } from './alerts/list-alerts.ts';
import { deleteBuyer, getBuyer, putBuyer } from './buyers/buyer-documents.ts';
import { getBreaker } from './buyers/get-breaker.ts';
import { getDeliveryRate } from './buyers/get-delivery-rate.ts';
import { listBuyers } from './buyers/list-buyers.ts';
import { pauseBuyer, resumeBuyer } from './buyers/pause-and-resume.ts';
import { oauthCallback } from './connections/callback.ts';
import { connectDestination } from './connections/connect.ts';
import { deleteConnection, getConnection } from './connections/connection.ts';
import { getConfig, listConfigVersions } from './config/get-config.ts';
import { putConfig } from './config/put-config.ts';
import { listDeadLetters } from './dead-letters/list-dead-letters.ts';
import { documentationEndpoints } from './documentation/documentation-endpoints.ts';
import type { ApiSettings } from './dependencies.ts';
import { twilioStatus } from './hooks/twilio-status.ts';
import { getHealth } from './health/health.ts';
import { getReadiness } from './health/readiness.ts';
import type { Endpoint } from './http/endpoint.ts';
import { getMetrics } from './metrics/get-metrics.ts';
import { resendCallback } from './hooks/resend.ts';
import { postLead } from './intake/post-lead.ts';
import { getLead } from './leads/get-lead.ts';
import { searchLeads } from './leads/search-leads.ts';
import { getOverview } from './overview/get-overview.ts';
import { getChecklist } from './preview/get-checklist.ts';
import { previewDestination } from './preview/preview-destination.ts';
import { preview } from './preview/preview.ts';
import { testDestination } from './preview/test-destination.ts';
import { discardDelivery, redeliverDelivery } from './redelivery/delivery-endpoints.ts';
import { discardLead, redeliverLead } from './redelivery/lead-endpoints.ts';
import { createSenderDomain, getSenderDomain, listSenderDomains, verifySenderDomain } from './sender-domains/sender-domains.ts';
import { deleteSecret, listSecrets, putSecret } from './secrets/secrets.ts';
import { deleteSuppression, listSuppressions } from './suppressions/suppressions.ts';
import { createSourceKey, deleteSourceKey, listSourceKeys } from './source-keys/source-keys.ts';

/** Every endpoint, in the order of the documentation. */
export function allEndpoints(settings: ApiSettings): Endpoint[] {
  const endpoints = [
    postLead,
    searchLeads,
    getLead,
    redeliverLead,
    discardLead,
    redeliverDelivery,
    discardDelivery,
    listDeadLetters,
    listBuyers,
    getBuyer,
    putBuyer,
    deleteBuyer,
    pauseBuyer,
    resumeBuyer,
    getBreaker,
    getDeliveryRate,
    preview,
    previewDestination,
    testDestination,
    getChecklist,
    connectDestination,
    getConnection,
    deleteConnection,
    oauthCallback,
    getConfig,
    putConfig,
    listConfigVersions,
    putSecret,
    listSecrets,
    deleteSecret,
    createSourceKey,
    listSourceKeys,
    deleteSourceKey,
    listAlerts,
    twilioStatus,
    listSuppressions,
    deleteSuppression,
    createSenderDomain,
    listSenderDomains,
    getSenderDomain,
    verifySenderDomain,
    resendCallback,
    getHealth,
    getReadiness,
    getMetrics,
    getOverview,
  ];
  return [...endpoints, ...documentationEndpoints(endpoints, settings)];
}
