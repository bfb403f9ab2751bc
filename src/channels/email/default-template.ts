import type { Lead } from '../../domain/fields/lead.ts';
import { escapeHtml } from './escape-html.ts';
import type { Row } from './rows.ts';

/** The email for whoever writes none: the lead's fields, one under the other. */
export interface DefaultEmail {
  html: string;
  text: string;
}

const FONT = 'font-family:system-ui,-apple-system,&quot;Segoe UI&quot;,Roboto,Helvetica,Arial,sans-serif';

/**
 * Rows instead of columns, so that nothing has to shrink on a phone. No colours of its own but half-transparent grey: what is dark on
 * light by day is light on dark by night, whichever of the two the reader's program chooses.
 */
export function defaultEmail(rows: readonly Row[], lead: Lead): DefaultEmail {
  const title = lead.test ? 'Test lead: nobody is waiting for a call' : 'New lead';
  const footer = `Received ${lead.receivedAt.slice(0, 16).replace('T', ' ')} UTC from ${lead.source}. Lead ${lead.id}`;
  const html = [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${escapeHtml(title)}</title></head>`,
    `<body style="margin:0;padding:16px;${FONT};font-size:16px;line-height:1.5">`,
    `<h1 style="margin:0 0 8px;font-size:20px;line-height:1.3">${escapeHtml(title)}</h1>`,
    '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:600px;border-collapse:collapse">',
    ...rows.map(htmlRow),
    '</table>',
    `<p style="margin:16px 0 0;font-size:14px;opacity:.75">${escapeHtml(footer)}</p>`,
    '</body></html>',
  ].join('\n');
  const text = [title, '', ...rows.map((row) => `${row.label}: ${indented(row.text)}`), '', footer, ''].join('\n');
  return { html, text };
}

function htmlRow({ label, text, link }: Row): string {
  const value = escapeHtml(text).replace(/\r\n|\r|\n/g, '<br>');
  const shown = link === null ? value : `<a href="${escapeHtml(link)}">${value}</a>`;
  return (
    '<tr><td style="padding:8px 0;border-bottom:1px solid rgba(128,128,128,.4);font-size:16px;word-break:break-word">' +
    `<span style="font-size:14px;opacity:.75">${escapeHtml(label)}</span><br><strong>${shown}</strong></td></tr>`
  );
}

/** Further lines stand under the first, so that nothing in a value looks like a field of its own. */
function indented(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\n  ');
}
