import type { AppliedConfig } from '../../configuration/configuration.ts';
import type { SourceConfig } from '../../domain/config/schema.ts';
import type { Identity } from '../http/authentication.ts';
import { Problem } from '../http/problem.ts';

/**
 * The source that a lead comes from: that of the key, or with the admin key the one that `?source=` names.
 * Without any configuration it is a 503: a sender tries again later, and the lead is not lost.
 */
export function intakeSource(identity: Identity, requested: string | undefined, current: AppliedConfig | null): { source: SourceConfig; applied: AppliedConfig } {
  if (current === null) throw new Problem(503, 'No configuration was applied yet, so that no lead can be taken. Apply one with PUT /v1/config.');
  const id = sourceId(identity, requested);
  const source = current.config.sources.find((candidate) => candidate.id === id);
  if (source) return { source, applied: current };
  if (identity.kind === 'source') {
    throw new Problem(409, `This key belongs to source ${identity.source}, which the configuration has no more. Add the source again, or delete the key.`);
  }
  const known = current.config.sources.map((candidate) => candidate.id);
  const message = known.length > 0 ? `use one of ${known.join(', ')}` : 'the configuration has no sources yet; add one with PUT /v1/config';
  throw new Problem(422, id === undefined ? 'With the admin key, `?source=` says where the lead comes from.' : 'There is no such source.', {
    errors: [{ field: 'source', message }],
  });
}

function sourceId(identity: Identity, requested: string | undefined): string | undefined {
  if (identity.kind !== 'source') return requested;
  if (requested !== undefined && requested !== identity.source) {
    throw new Problem(403, `This key is for source ${identity.source} only. Leave ?source= out, or use the key of that source.`);
  }
  return identity.source;
}
