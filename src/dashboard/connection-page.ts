import { escapeHtml, htmlPage } from './html.ts';

/** What a person reads who comes back from a provider. */
export interface ConnectionPage {
  isConnected: boolean;
  /** Plain sentences. */
  lines: string[];
}

/** A small page that says what became of connecting an account. */
export function connectionPage({ isConnected, lines }: ConnectionPage): string {
  const title = isConnected ? 'The account is connected' : 'The account was not connected';
  const body = `<h1 class="${isConnected ? 'good' : 'bad'}">${title}</h1>${lines.map((line) => `<p>${escapeHtml(line)}</p>`).join('')}`;
  return htmlPage({ title, body });
}
