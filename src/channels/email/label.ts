/** A field's name as a person writes it: `first_name` and `firstName` are "First name"; what has blanks or capitals of its own stays. */
export function labelOf(name: string): string {
  const words = name
    .replace(/(\p{Ll}|\d)(\p{Lu}\p{Ll})/gu, (_all, before: string, after: string) => `${before} ${after.toLowerCase()}`)
    .replace(/[\s_.-]+/g, ' ')
    .trim();
  const [first = ''] = words;
  return words === '' ? name : first.toUpperCase() + words.slice(first.length);
}
