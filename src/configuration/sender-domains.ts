import type { DestinationCommon } from '../domain/config/destination.ts';
import type { ConfigMistake } from '../domain/config/mistake.ts';
import type { Config } from '../domain/config/schema.ts';
import { writePath } from '../domain/config/strings.ts';
import type { SenderDomainRecord } from '../store/records.ts';

/** A destination that sends emails, and the domain that they come from. */
interface Sent {
  path: string;
  names: string;
  domain: string;
  draft: boolean;
}

/** Every destination that sends emails. */
export function sentFrom({ buyers }: Config, senderDomain: (destination: DestinationCommon) => string | null): Sent[] {
  return buyers.flatMap(({ id, destinations }, buyer) =>
    destinations.flatMap((destination, index): Sent[] => {
      const domain = senderDomain(destination);
      const path = writePath(['buyers', buyer, 'destinations', index, 'from']);
      return domain === null ? [] : [{ path, names: `(buyer ${id}, destination ${destination.id})`, domain, draft: destination.draft }];
    }),
  );
}

/** From a domain that is not verified no email leaves: known to be so, it is refused, but for drafts; of one that nobody has registered here it cannot be told. */
export function checkSenderDomains(sent: readonly Sent[], known: readonly SenderDomainRecord[]): { mistakes: ConfigMistake[]; warnings: ConfigMistake[] } {
  const domains = new Map(known.map((domain) => [domain.name.toLowerCase(), domain]));
  const mistakes: ConfigMistake[] = [];
  const warnings: ConfigMistake[] = [];
  for (const { path, names, domain, draft } of sent) {
    const record = domains.get(domain);
    if (record === undefined) {
      warnings.push({ path, message: `nobody has registered ${domain} here, so it cannot be told whether it is verified at Resend; POST /v1/sender-domains registers it ${names}` });
    } else if (record.status !== 'verified') {
      (draft ? warnings : mistakes).push({ path, message: `${domain} is not verified at Resend (${record.status}, as of ${record.checkedAt}); ${whatToDo(record)} ${names}` });
    }
  }
  return { mistakes, warnings };
}

function whatToDo({ id, records }: SenderDomainRecord): string {
  const missing = records.filter(({ status }) => status !== 'verified');
  const verify = `POST /v1/sender-domains/${id}/verify, and look again with GET /v1/sender-domains/${id}`;
  if (missing.length === 0) return verify;
  const list = missing.map(({ type, name, value, priority }) => `${type} ${name} → ${priority === null ? '' : `${priority} `}${value}`);
  return `add these DNS records: ${list.join('; ')}; then ${verify}`;
}
