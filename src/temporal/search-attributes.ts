import type { SearchAttributeType } from '@temporalio/common';
import { isGrpcServiceError } from '@temporalio/client';
import type { Connection } from '@temporalio/client';
import { buyerIdAttribute, leadRouteAttribute, leadSourceAttribute, leadStatusAttribute } from '../workflows/search-attributes.ts';

export { buyerIdAttribute, leadRouteAttribute, leadSourceAttribute, leadStatusAttribute };

/** How the CLI and the API write the types that we use. The numbers are those of `temporal.api.enums.v1.IndexedValueType`. */
const TYPES = {
  KEYWORD: { name: 'Keyword', indexedValueType: 2 },
  KEYWORD_LIST: { name: 'KeywordList', indexedValueType: 7 },
} as const;

const ATTRIBUTES: { name: string; type: (typeof TYPES)[keyof typeof TYPES] }[] = [
  withType(leadSourceAttribute),
  withType(leadStatusAttribute),
  withType(leadRouteAttribute),
  withType(buyerIdAttribute),
];

/** `LeadSource=Keyword` and so on: what `temporal server start-dev --search-attribute` takes. */
export const SEARCH_ATTRIBUTE_FLAGS: readonly string[] = ATTRIBUTES.map(({ name, type }) => `${name}=${type.name}`);

export type EnsuredSearchAttributes = { ok: true; created: string[] } | { ok: false; warning: string };

const REQUEST_TIMEOUT_MS = 10_000;
/** gRPC's number. Another process of ours was quicker. */
const ALREADY_EXISTS = 6;

/**
 * Creates the missing ones of our search attributes. Where that is not allowed (as on Temporal Cloud), a warning names
 * the command for somebody who may; until then no workflow that sets them starts there.
 */
export async function ensureSearchAttributes(
  connection: Pick<Connection, 'operatorService' | 'withDeadline'>,
  namespace: string,
): Promise<EnsuredSearchAttributes> {
  const { operatorService } = connection;
  let missing = ATTRIBUTES;
  try {
    const { customAttributes } = await connection.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, () => operatorService.listSearchAttributes({ namespace }));
    const wrong = ATTRIBUTES.filter(({ name, type }) => {
      const present: number | undefined = customAttributes[name];
      return present !== undefined && present !== type.indexedValueType;
    });
    if (wrong.length > 0) return { ok: false, warning: wrongType(wrong.map(({ name, type }) => `${name} (${type.name})`), namespace) };
    missing = ATTRIBUTES.filter(({ name }) => customAttributes[name] === undefined);
    if (missing.length === 0) return { ok: true, created: [] };
    const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, type.indexedValueType]));
    await connection.withDeadline(Date.now() + REQUEST_TIMEOUT_MS, () => operatorService.addSearchAttributes({ namespace, searchAttributes }));
    return { ok: true, created: missing.map(({ name }) => name) };
  } catch (error) {
    const code: number | null = isGrpcServiceError(error) ? error.code : null;
    if (code === ALREADY_EXISTS) return { ok: true, created: [] };
    return { ok: false, warning: notAllowed(missing, namespace, error) };
  }
}

function notAllowed(missing: typeof ATTRIBUTES, namespace: string, error: unknown): string {
  const reason = isGrpcServiceError(error) ? error.details : String(error);
  const flags = missing.map(({ name, type }) => `--name ${name} --type ${type.name}`).join(' ');
  return `The search attributes of namespace ${namespace} could not be looked after (${reason}). If they are missing, somebody who may should run: temporal operator search-attribute create --namespace ${namespace} ${flags}`;
}

function wrongType(names: string[], namespace: string): string {
  return `Namespace ${namespace} has search attributes of our names with other types; we need ${names.join(', ')}. Use another namespace (TEMPORAL_NAMESPACE), or remove them there and start again.`;
}

function withType(key: { name: string; type: SearchAttributeType }): (typeof ATTRIBUTES)[number] {
  switch (key.type) {
    case 'KEYWORD':
    case 'KEYWORD_LIST':
      return { name: key.name, type: TYPES[key.type] };
    default:
      throw new Error(`Search attribute ${key.name} has type ${key.type}, which is not known here. Add it to TYPES.`);
  }
}
