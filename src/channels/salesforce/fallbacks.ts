/** What Salesforce insists on in a lead, as far as the lead and `map` have it. */
export interface Person {
  firstName: string;
  lastName: string;
  email: string;
  company: string;
}

const NOT_PROVIDED = '[not provided]';
/** The fields hold so many characters (Object Reference, "Lead"). */
const LONGEST_LAST_NAME = 80;
const LONGEST_COMPANY = 255;

/** A last name for who has none: the name in the email address. */
export function lastNameFor({ email }: Pick<Person, 'email'>): string {
  return cut(email.split('@')[0]?.trim() ?? '', LONGEST_LAST_NAME) || NOT_PROVIDED;
}

/** A company for who has none: the person. */
export function companyFor({ firstName, lastName }: Pick<Person, 'firstName' | 'lastName'>): string {
  return cut([firstName, lastName].filter((name) => name !== '').join(' '), LONGEST_COMPANY) || NOT_PROVIDED;
}

/** The values that stand in for what is missing, by what is missing. */
export function standIns(person: Person): { lastName?: string; company?: string } {
  return {
    ...(person.lastName === '' ? { lastName: lastNameFor(person) } : {}),
    ...(person.company === '' ? { company: companyFor(person) } : {}),
  };
}

function cut(text: string, length: number): string {
  return Array.from(text).slice(0, length).join('');
}
