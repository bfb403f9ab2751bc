/** A kind of lead that is measured on its own. The route is chosen by the lead's `campaign`. */
export interface Scenario {
  name: string;
  campaign: string;
  /** Deliveries that a lead has to make before it counts as done. */
  deliveries: number;
}

const BUYERS = ['alpha', 'beta', 'gamma'];

export const SCENARIOS: Scenario[] = [
  { name: 'fan-out 1', campaign: 'fan-out-1', deliveries: 1 },
  { name: 'fan-out 3', campaign: 'fan-out-3', deliveries: 3 },
];

export const SOURCE = 'bench';

/** A configuration as a user would write it, with the defaults where nothing is measured by changing them. */
export function configurationFor(sinkAddress: string): unknown {
  return {
    sources: [{ id: SOURCE, fields: { phone: { type: 'phone', required: true }, email: { type: 'email' }, state: { type: 'state' } } }],
    buyers: BUYERS.map((id) => ({
      id,
      name: id,
      destinations: [
        {
          id: 'api',
          type: 'webhook',
          url: `${sinkAddress}/${id}`,
          map: [
            { to: 'lead_id', from: 'lead.id', required: true },
            { to: 'contact.first_name', from: 'first_name' },
            { to: 'contact.last_name', from: 'last_name' },
            { to: 'contact.phone', from: 'phone', format: '+1{value}' },
            { to: 'contact.email', from: 'email' },
            { to: 'state', from: 'state', transform: ['trim', 'uppercase'] },
            { to: 'comments', from: 'comments' },
          ],
        },
      ],
    })),
    routes: SCENARIOS.map(({ campaign, deliveries }) => ({
      id: campaign,
      when: `lead.campaign == ${JSON.stringify(campaign)}`,
      deliver: BUYERS.slice(0, deliveries),
    })),
  };
}

/** The fields of one made-up person. */
export function leadFields({ campaign }: Scenario, number: number): Record<string, string> {
  return {
    first_name: 'Ada',
    last_name: 'Alder',
    email: `ada.${number}@example.com`,
    phone: '(212) 555-0100',
    state: 'california',
    comments: 'Please call after five; the roof faces south and is about twelve years old.',
    campaign,
  };
}
