/** The fields of one made-up person. What happens to the lead depends on its `campaign`. */
export function leadFields(campaign: string, number: number): Record<string, string> {
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
